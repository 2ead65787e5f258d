internal import Postern

/// Calls through references, and calls from the server to its client.
extension JSONRPCSession {
    /// Appends a call, notification, cancellation or release to the client.
    package mutating func append(_ message: ClientMessage, into output: inout [UInt8]) {
        switch message.content {
        case .call(let id, let method, let params, let meta):
            clientCalls.insert(id)
            output.append(text: #"{"jsonrpc":"2.0","id":"#)
            JSON.write(id, into: &output)
            output.append(Byte.comma)
            Self.append(method, params, &output)
            if !meta.isEmpty { Self.append(meta, of: id, &output) }
        case .notification(let method, let params):
            output.append(text: #"{"jsonrpc":"2.0","#)
            Self.append(method, params, &output)
        case .cancellation(let id):
            output.append(text: #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"#)
            JSON.write(id, into: &output)
            output.append(text: "}}")
        case .release(let release):
            output.append(text: #"{"jsonrpc":"2.0","method":"$/releaseMarshaledObject","params":{"handle":"#)
            JSON.write(release.number, into: &output)
            output.append(text: #","ownedBySender":false"#)
            // `count` is no member of StreamJsonRpc, whose clients send each handle only once: it is left out for 1.
            if release.count > 1 {
                output.append(text: #","count":"#)
                JSON.write(release.count, into: &output)
            }
            output.append(text: "}}")
        }
    }

    /// Appends the members `method` and `params`, and the end of the message.
    private static func append(_ method: String, _ params: [UInt8], _ output: inout [UInt8]) {
        output.append(text: #""method":"#)
        JSON.write(method, into: &output)
        if !params.isEmpty {
            output.append(text: #","params":"#)
            output.append(copying: params.span)
        }
        output.append(Byte.closeBrace)
    }

    /// Appends `meta` as the last member of the object that the output ends with.
    private static func append(_ meta: CallMeta, of id: UInt64, _ output: inout [UInt8]) {
        // The closing brace of the message.
        output.removeLast()
        output.append(text: #","meta":{"#)
        if let timeout = meta.timeoutMilliseconds {
            output.append(text: #""timeoutMs":"#)
            JSON.write(timeout, into: &output)
        }
        if meta.wantsProgress {
            if meta.timeoutMilliseconds != nil { output.append(Byte.comma) }
            output.append(text: #""progressToken":"#)
            JSON.write(id, into: &output)
        }
        output.append(text: "}}")
    }

    /// Handles a progress notification for a call of the server; its token is the id of the call.
    mutating func takeProgress(
        _ request: Request,
        _ message: Span<UInt8>,
        _ actions: inout [Action]
    ) throws(CallError) {
        let params = message.extracting(request.envelope.params)
        let ranges = try Self.locate(params, of: request, ["token", "value"])
        let token = params.extracting(ranges[0])
        guard !ranges.isMissing(0), !ranges.isMissing(1), token[0] != Byte.quote,
            let id = try? JSON.readUInt64(token), clientCalls.contains(id)
        else {
            // Progress may cross the response or the cancellation of its call, so an unknown token is no violation.
            return
        }
        let value = params.extracting(ranges[1])
        let references = request.envelope.holdsReferences ? try Self.references(in: value) : nil
        let payload = Payload(bytes: [UInt8](copying: value), codec: JSON.self)
        actions.append(.report(ClientProgress(id: id, value: payload, references: references)))
    }

    /// Handles a response of the client to a call of the server.
    @inline(never)
    mutating func takeResponse(_ envelope: Envelope, _ message: Span<UInt8>, _ actions: inout [Action]) {
        let id = message.extracting(envelope.id)
        // Ids of the server are numbers: the string "7" is not the id 7, although it reads as one.
        guard let number = try? JSON.readUInt64(id), id[0] != Byte.quote, clientCalls.remove(number) != nil else {
            return takeStrayResponse(&actions)
        }
        let outcome = message.extracting(envelope.outcome)
        let hasFailed = envelope.members.contains(.error)
        // The call ends with an error instead of none: the caller waits, and the client will not respond twice.
        if envelope.isDefective {
            let error = CallError(.internalError, "The client answered with an unusable value", ran: .yes)
            return actions.append(.settle(ClientReply(id: number, result: .failure(error), references: nil)))
        }
        let references = envelope.holdsReferences && !hasFailed ? try? JSON.references(in: outcome) : nil
        let result: Result<Payload, CallError> =
            hasFailed
            ? .failure(JSONRPCError.error(in: outcome))
            : .success(Payload(bytes: [UInt8](copying: outcome), codec: JSON.self))
        actions.append(.settle(ClientReply(id: number, result: result, references: references)))
    }

    /// Begins a call whose arguments hold references, which always runs in a task.
    @inline(never)
    mutating func begin(
        _ request: Request,
        _ message: Span<UInt8>,
        withReferences options: CallOptions,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        do throws(CallError) {
            guard allowsSubscriptions else { throw .referencesUnavailable() }
            var options = options
            // A function takes bytes alone; `JSONRPCClient.admit` attaches references to the arguments of a `Call`.
            options.function = nil
            let references = try Self.references(in: message.extracting(request.envelope.params))
            options.references = references
            guard !request.envelope.isNotification else {
                return actions.append(.discard(UnreadReferences(numbers: references)))
            }
            let start = output.count
            begin(request, message, options, into: &output, actions: &actions)
            // An error was written: the call was refused, and its references are released here, as no handler has them.
            if output.count > start { actions.append(.discard(UnreadReferences(numbers: references))) }
        } catch {
            refuse(error, request.envelope, message, &output)
        }
    }

    /// Begins a call through a reference: `$/invokeProxy/<handle>/<method>`.
    mutating func invoke(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        guard allowsSubscriptions else { throw .referencesUnavailable() }
        if let refusal { throw refusal }
        let request = request.renamed("$/" + request.method.dropFirst(ReservedName.invocation.count))
        var options = CallOptions(placement: .concurrent)
        options.targetsReference = true
        guard request.envelope.holdsReferences else {
            return begin(request, message, options, into: &output, actions: &actions)
        }
        begin(request, message, withReferences: options, into: &output, actions: &actions)
    }

    /// Handles a release: a handle, whether the sender owns the object, and how often the handle was received.
    mutating func takeRelease(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        guard allowsSubscriptions else { throw .referencesUnavailable() }
        let params = message.extracting(request.envelope.params)
        let ranges = try Self.locate(params, of: request, ["handle", "ownedBySender", "count"])
        do throws(PayloadError) {
            guard !ranges.isMissing(0) else { throw PayloadError(.missingArgument, "the parameter handle is missing") }
            let release = ClientRelease(
                handle: try JSON.readUInt64(params.extracting(ranges[0])),
                count: ranges.isMissing(2) ? 1 : try JSON.readUInt64(params.extracting(ranges[2])),
                isByOwner: ranges.isMissing(1) ? false : try JSON.readBool(params.extracting(ranges[1]))
            )
            actions.append(.release(release))
        } catch { throw CallError(error) }
        answerJSON("null", request, into: &output)
    }

    /// Exports the references of the response just written, or drops them if the response was removed again.
    mutating func countReferences(areSent: Bool) {
        guard !unsentReferences.isEmpty else { return }
        if areSent { for result in unsentReferences { result.commitReferences() } }
        unsentReferences = []
    }

    /// Turns the result of an immediate method into an action, because it holds references that the owner exports.
    @inline(never)
    mutating func finishLater(
        _ error: CallError,
        _ envelope: Envelope,
        _ message: Span<UInt8>,
        _ actions: inout [Action]
    ) {
        let pending = OpenRequest(id: [UInt8](copying: message.extracting(envelope.id)))
        actions.append(.finish(insert(pending), .failure(error)))
    }

    /// Returns the handles in the arguments of a call.
    private static func references(in params: Span<UInt8>) throws(CallError) -> ReferenceNumbers {
        do throws(PayloadError) { return try JSON.references(in: params) } catch { throw CallError(error) }
    }
}
