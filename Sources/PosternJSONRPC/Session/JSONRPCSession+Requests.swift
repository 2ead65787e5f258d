internal import Postern

extension JSONRPCSession {
    /// Takes one message that is well-formed JSON.
    @inline(__always)
    mutating func take(
        _ envelope: Envelope,
        of message: Span<UInt8>,
        from dispatcher: some Dispatcher,
        _ reception: Reception,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        if envelope.isResponse { return takeResponse(envelope, message, &actions) }
        if let fault = envelope.fault {
            return refuse(envelope.error(for: fault, in: message), envelope, message, &output)
        }
        if !calls.isEmpty, calls.ticket(ofID: message.extracting(envelope.id)) != nil {
            return refuse(.duplicateID, envelope, message, &output)
        }
        if envelope.methodHasEscapes {
            let name = JSONEscape.decoded(message.extracting(envelope.method)) ?? []
            return route(
                name.span,
                envelope,
                of: message,
                from: dispatcher,
                reception,
                into: &output,
                actions: &actions
            )
        }
        let name = message.extracting(envelope.method)
        route(name, envelope, of: message, from: dispatcher, reception, into: &output, actions: &actions)
    }

    @inline(__always)
    private mutating func route(
        _ method: Span<UInt8>,
        _ envelope: Envelope,
        of message: Span<UInt8>,
        from dispatcher: some Dispatcher,
        _ reception: Reception,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        if ReservedName.isReserved(method) {
            let request = Request(method, envelope, message, reception)
            return takeReserved(request, message, into: &output, actions: &actions)
        }
        if let refusal { return refuse(refusal, envelope, message, &output) }
        let execution = dispatcher.execution(of: method)
        if envelope.holdsReferences {
            let request = Request(method, envelope, message, reception)
            return begin(request, message, withReferences: CallOptions(execution), into: &output, actions: &actions)
        }
        guard case .immediate(let immediate) = execution, mayRunHere(reception, actions) else {
            if case .offloaded(let function) = execution, isPlain(envelope, reception) {
                return offload(function, envelope, message, into: &output, actions: &actions)
            }
            let request = Request(method, envelope, message, reception)
            return begin(request, message, CallOptions(execution), into: &output, actions: &actions)
        }
        if !envelope.meta.isEmpty, let error = faultOfMeta(envelope, message) {
            return refuse(error, envelope, message, &output)
        }
        run(immediate, envelope, of: message, in: reception, into: &output, actions: &actions)
    }

    /// Whether a short method overtakes no call of its client: none that has yet to begin, and no entry of its batch that
    /// waits for its turn or becomes an action.
    @inline(__always)
    private func mayRunHere(_ reception: Reception, _ actions: [Action]) -> Bool {
        reception.isIdle && (reception.place == nil || !isQueueing && actions.isEmpty)
    }

    /// Whether a call asks for nothing but its result, and for that.
    private func isPlain(_ envelope: Envelope, _ reception: Reception) -> Bool {
        envelope.meta.isEmpty && reception.place == nil && limits.longestTimeout == nil && deadline == nil
            && !envelope.isNotification
    }

    /// Hands out a function that answers the call by itself.
    private mutating func offload(
        _ function: ImmediateMethod,
        _ envelope: Envelope,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard calls.runningCount < limits.callsInFlight else {
            return refuse(.tooManyCalls, envelope, message, &output)
        }
        let id = [UInt8](copying: message.extracting(envelope.id))
        let arguments = Payload(bytes: [UInt8](copying: message.extracting(envelope.params)), codec: JSON.self)
        actions.append(.run(function, arguments, calls.insert(OpenRequest(id: id))))
    }

    @inline(__always)
    private mutating func run(
        _ immediate: ImmediateMethod,
        _ envelope: Envelope,
        of message: Span<UInt8>,
        in reception: Reception,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        let start = output.count
        ResponseWriter.beginResult(id: message.extracting(envelope.id), into: &output)
        do throws(CallError) {
            try immediate.run(message.extracting(envelope.params), JSON.self, &output)
        } catch {
            output.removeSubrange(start...)
            if error.isUnfinishedResult, allowsSubscriptions, reception.place == nil, !envelope.isNotification {
                return finishLater(error, envelope, message, &actions)
            }
            return refuse(error, envelope, message, &output)
        }
        output.append(Byte.closeBrace)
        if envelope.isNotification { return output.removeSubrange(start...) }
        if output.count - start > limits.responseBytes {
            output.removeSubrange(start...)
            refuse(.responseTooLarge(), envelope, message, &output)
        }
    }

    /// The fault of a `meta` object that an immediate method minds: one that cannot be read, or no time at all.
    private func faultOfMeta(_ envelope: Envelope, _ message: Span<UInt8>) -> CallError? {
        do throws(CallError) {
            let meta = try RequestMeta(message.extracting(envelope.meta))
            return meta.timeoutMilliseconds == 0 ? .noTimeLeft : nil
        } catch {
            return error
        }
    }

    /// Answers with an error, unless it was a valid notification.
    @inline(never)
    mutating func refuse(_ error: CallError, _ envelope: Envelope, _ message: Span<UInt8>, _ output: inout [UInt8]) {
        let name = message.extracting(envelope.method)
        let error = error.reported(method: Self.path(String(copying: name)), to: settings.observer)
        if envelope.isNotification, envelope.fault == nil {
            return noteDropped(Self.path(String(copying: name)), error)
        }
        answer(error, id: [UInt8](copying: message.extracting(envelope.id)), into: &output)
    }

    /// Reports a notification that was dropped, if its sender could do nothing about that: no answer says so.
    func noteDropped(_ method: String, _ error: CallError) {
        let codes: [CallError.Code] = [.busy, .unavailable, .draining, .deadlineExceeded]
        guard error.executed == .no, codes.contains(error.code) else { return }
        settings.observer?.observe(.dropped(method, error))
    }

    /// Appends an error's response; one that is too large loses its details.
    mutating func answer(_ error: CallError, id: [UInt8], into output: inout [UInt8]) {
        if error.code == .draining || error.code == .unavailable && error.executed == .no { noteTurnedAway() }
        let start = output.count
        let error = (error.isUnfinishedResult ? .referencesUnavailable(ran: .yes) : error)
            .reported(method: "", to: settings.observer)
        ResponseWriter.append(error, id: id, into: &output)
        if output.count - start > limits.responseBytes {
            output.removeSubrange(start...)
            ResponseWriter.append(.responseTooLarge(ran: error.executed), id: id, into: &output)
        }
    }

    mutating func takeStrayResponse(_ actions: inout [Action]) {
        strayResponses += 1
        if strayResponses == limits.strayResponses {
            actions.append(.close(code: 4503, reason: "too many responses that nobody waits for"))
        }
    }
}

/// A request, copied out of its message.
struct Request {
    let id: [UInt8]
    /// Names joined by `/`.
    private(set) var method: String
    let envelope: Envelope
    let reception: Reception

    init(_ method: Span<UInt8>, _ envelope: Envelope, _ message: Span<UInt8>, _ reception: Reception) {
        id = [UInt8](copying: message.extracting(envelope.id))
        self.method = JSONRPCSession.path(String(copying: method))
        self.envelope = envelope
        self.reception = reception
    }

    /// The same request to another method.
    func renamed(_ method: String) -> Request {
        var request = self
        request.method = method
        return request
    }
}

/// Names that no service may have.
enum ReservedName {
    /// Whether a method's name belongs to the gateway or to the protocol.
    @inline(__always)
    static func isReserved(_ name: Span<UInt8>) -> Bool {
        guard name.count > 1, name[0] == UInt8(ascii: "r") || name[0] == UInt8(ascii: "$") else { return false }
        return begins(name)
    }

    /// What stands before the handle and the method of a call through a reference.
    static let invocation = "$/invokeProxy/"

    @inline(never)
    private static func begins(_ name: Span<UInt8>) -> Bool {
        if name[0] == UInt8(ascii: "$") { return name[1] == Byte.slash || name[1] == Byte.dot }
        guard name.count >= 4, JSON.isWord(name.extracting(0..<3), "rpc") else { return false }
        return name[3] == Byte.dot || name[3] == Byte.slash
    }
}
