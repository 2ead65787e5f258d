internal import Postern

extension JSONRPCSession {
    /// Answers a method of the gateway or a message of the protocol.
    mutating func takeReserved(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        do throws(CallError) {
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
            case let method where method.hasPrefix("$"): throw .methodNotFound
            default:
                if let refusal { throw refusal }
                try takeBuiltIn(request, message, into: &output, actions: &actions)
            }
        } catch {
            refuse(error, request.envelope, message, &output)
        }
    }

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

    /// Asks the dispatcher what it offers; the answer is rewritten when it comes.
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

    /// Marks the call that a cancellation names; it is answered when its handler has ended.
    private mutating func cancel(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        let params = message.extracting(request.envelope.params)
        let ranges = try Self.locate(params, of: request, ["id"])
        let ticket = calls.ticket(ofID: params.extracting(ranges[0]))
        if let ticket, let call = calls[ticket], !call.isCancelled {
            calls.cancel(ticket)
            if !call.isWaiting, !call.isTopic { actions.append(.cancel(ticket)) }
        }
        answerJSON("null", request, into: &output)
    }

    /// Finds the arguments of a method of the gateway.
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

    /// The name of a method in texts of errors.
    static func shownName(of request: Request) -> String {
        request.method.first == "$" ? request.method : String(request.method.map { $0 == "/" ? "." : $0 })
    }

    /// Appends the response whose result is this text; nothing for a notification.
    func answerJSON(_ result: String, _ request: Request, into output: inout [UInt8]) {
        guard !request.envelope.isNotification else { return }
        ResponseWriter.beginResult(id: request.id.span, into: &output)
        output.append(copying: result.utf8.span)
        output.append(Byte.closeBrace)
    }
}
