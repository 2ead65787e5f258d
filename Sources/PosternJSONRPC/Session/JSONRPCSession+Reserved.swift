internal import Postern

extension JSONRPCSession {
    /// Handles a built-in method or a protocol message.
    mutating func takeReserved(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        do throws(CallError) {
            // `meta.since` is valid only for `rpc.subscribe`, which reads `meta` itself.
            if request.method != "rpc/subscribe" { _ = try RequestMeta(message.extracting(request.envelope.meta)) }
            switch request.method {
            case "$/cancelRequest": try cancel(request, message, into: &output, actions: &actions)
            case "rpc/ping": answerJSON("\"pong\"", request, into: &output)
            case "$/progress" where request.envelope.isNotification: try takeProgress(request, message, &actions)
            case "$/releaseMarshaledObject": try takeRelease(request, message, into: &output, actions: &actions)
            case let method where method.hasPrefix(ReservedName.invocation):
                try invoke(request, message, into: &output, actions: &actions)
            case let method where settings.gatewayMethods.contains(method):
                begin(request, message, CallOptions(placement: .gateway), into: &output, actions: &actions)
            // Unknown protocol notifications are ignored by `refuse`, as LSP demands; requests get this error.
            case let method where method.hasPrefix("$"): throw .methodNotFound
            default:
                if let refusal { throw refusal }
                try takeBuiltIn(request, message, into: &output, actions: &actions)
            }
        } catch {
            refuse(error, request.envelope, message, &output)
        }
    }

    /// Handles a built-in method that is refused like any other while the server is draining.
    private mutating func takeBuiltIn(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        switch request.method {
        case "rpc/subscribe": try subscribe(request, message, into: &output, actions: &actions)
        case "rpc/unsubscribe": try unsubscribe(request, message, into: &output, actions: &actions)
        case "rpc/discover": describe(request, message, .openRPC, into: &output, actions: &actions)
        case "rpc/modules": describe(request, message, .modules, into: &output, actions: &actions)
        case "rpc/describe":
            begin(request, message, CallOptions(placement: .concurrent), into: &output, actions: &actions)
        default: throw .methodNotFound
        }
    }

    /// Requests the description of the router; its reply is rewritten according to the purpose.
    private mutating func describe(
        _ request: Request,
        _ message: Span<UInt8>,
        _ purpose: RequestDetails.Purpose,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        let request = request.renamed("rpc/describe")
        let options = CallOptions(placement: .concurrent)
        begin(request, message, options, purpose: purpose, into: &output, actions: &actions)
    }

    /// Cancels the call that a request names; the response of that call is written when its handler ends.
    private mutating func cancel(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        let params = message.extracting(request.envelope.params)
        let ranges = try Self.locate(params, of: request, ["id"])
        // Ids are compared as bytes, so that 1 and "1" differ. A call that has ended is no error.
        let ticket = calls.ticket(ofID: params.extracting(ranges[0]))
        if let ticket, let call = calls[ticket], !call.isCancelled {
            calls.cancel(ticket)
            if !call.isWaiting, !call.isTopic { actions.append(.cancel(ticket)) }
        }
        answerJSON("null", request, into: &output)
    }

    /// Returns the ranges of the arguments of a built-in method.
    static func locate(
        _ params: Span<UInt8>,
        of request: Request,
        _ names: [String]
    ) throws(CallError) -> ArgumentRanges {
        do throws(PayloadError) {
            return try JSON.locateArguments(params, for: ParameterList(names))
        } catch {
            throw CallError(ofArguments: error, for: shownName(of: request))
        }
    }

    /// Returns the name of a method for error messages: with dots, except for protocol messages.
    static func shownName(of request: Request) -> String {
        request.method.first == "$" ? request.method : MethodPath.name(of: request.method)
    }

    /// Appends a response with JSON text as its result, unless the request is a notification.
    func answerJSON(_ result: String, _ request: Request, into output: inout [UInt8]) {
        guard !request.envelope.isNotification else { return }
        ResponseWriter.beginResult(id: request.id.span, into: &output)
        output.append(copying: result.utf8.span)
        output.append(Byte.closeBrace)
    }
}
