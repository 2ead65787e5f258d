internal import Postern

extension JSONRPCSession {
    /// Handles one message object that is well-formed JSON.
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
        if let rate, let error = fault(of: rate, reception.now, &actions) {
            return refuse(error, at: .rate, envelope, message, &output)
        }
        if let fault = envelope.fault {
            return refuse(envelope.error(for: fault, in: message), envelope, message, &output)
        }
        // Most requests arrive with no other in flight, so the table is searched only if it is not empty.
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

    /// Runs, starts or refuses a request, depending on its method.
    ///
    /// Inlined, like everything on the way to an immediate method: an immediate call allocates nothing.
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
        var execution = dispatcher.execution(of: method)
        // Asked here: the call of a function in another module would cost each short call time.
        if envelope.params.count > ResponseWriter.largeBytes {
            execution = execution.withArguments(of: envelope.params.count)
        }
        if envelope.holdsReferences {
            let request = Request(method, envelope, message, reception)
            return begin(request, message, withReferences: CallOptions(execution), into: &output, actions: &actions)
        }
        // From here on, an immediate method copies neither its name nor its arguments; all others need a `Request`.
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

    /// Whether an immediate method overtakes no earlier call if it runs now.
    ///
    /// In a batch, earlier entries may wait, or be actions that the owner has not performed yet.
    @inline(__always)
    private func mayRunHere(_ reception: Reception, _ actions: [Action]) -> Bool {
        reception.isIdle && (reception.place == nil || !isQueueing && actions.isEmpty)
    }

    /// Whether a call has a response, and neither a deadline, options nor a place in a batch.
    private func isPlain(_ envelope: Envelope, _ reception: Reception) -> Bool {
        envelope.meta.isEmpty && reception.place == nil && limits.longestTimeout == nil && deadline == nil
            && !envelope.isNotification
    }

    /// Starts a call whose method is a function, without the cost of a `Call` and its options.
    private mutating func offload(
        _ function: ImmediateMethod,
        _ envelope: Envelope,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard calls.runningCount < limits.callsInFlight else {
            return refuse(.tooManyCalls, at: .callsInFlight, envelope, message, &output)
        }
        if let error = refusal(ofArguments: envelope.params.count) { return refuse(error, envelope, message, &output) }
        let id = [UInt8](copying: message.extracting(envelope.id))
        let arguments = Payload(bytes: [UInt8](copying: message.extracting(envelope.params)), codec: JSON.self)
        actions.append(.run(function, arguments, insert(OpenRequest(id: id, argumentBytes: arguments.bytes.count))))
    }

    /// Runs an immediate method, which appends its result to the output directly.
    @inline(__always)
    private mutating func run(
        _ immediate: ImmediateMethod,
        _ envelope: Envelope,
        of message: Span<UInt8>,
        in reception: Reception,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        // The response is written as if it succeeded, and removed again if the method throws.
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
        // A notification runs like a call, without a response.
        if envelope.isNotification { return output.removeSubrange(start...) }
        let count = output.count - start
        if count > Self.shortBytes || count > limits.responseBytes,
            let error = faultOfSize(count, isEntry: reception.place != nil)
        {
            output.discard(from: start)
            refuse(error, envelope, message, &output)
        }
    }

    /// Returns the error that keeps an immediate method from running: an invalid `meta`, or a timeout of 0.
    ///
    /// Other timeouts do not matter for a method that does not suspend.
    private func faultOfMeta(_ envelope: Envelope, _ message: Span<UInt8>) -> CallError? {
        do throws(CallError) {
            let meta = try RequestMeta(message.extracting(envelope.meta))
            return meta.timeoutMilliseconds == 0 ? .noTimeLeft : nil
        } catch {
            return error
        }
    }

    /// Appends an error as the response of a request; a valid notification has no response, and is reported instead.
    ///
    /// Never inlined, to keep the code of the successful path small.
    @inline(never)
    mutating func refuse(_ error: CallError, _ envelope: Envelope, _ message: Span<UInt8>, _ output: inout [UInt8]) {
        let method = MethodPath.path(of: String(copying: message.extracting(envelope.method)))
        let error = error.reported(method: method, to: settings.observer)
        if envelope.isNotification, envelope.fault == nil { return noteDropped(method, error) }
        answer(error, id: [UInt8](copying: message.extracting(envelope.id)), into: &output)
    }

    /// Refuses a request because of a limit, which is reported.
    @inline(never)
    mutating func refuse(
        _ error: CallError,
        at limit: CallLimit,
        _ envelope: Envelope,
        _ message: Span<UInt8>,
        _ output: inout [UInt8]
    ) {
        // A notification is reported as one that was dropped.
        if !envelope.isNotification { report(limit) }
        refuse(error, envelope, message, &output)
    }

    /// Reports a refusal because of a limit.
    func report(_ limit: CallLimit) { settings.observer?.observe(limit.refusal) }

    /// Reports a dropped notification to the observer, unless its sender is at fault: no response reports it.
    func noteDropped(_ method: String, _ error: CallError) {
        // Codes that depend on the state of the server, not on the notification.
        let codes: [CallError.Code] = [.busy, .unavailable, .draining, .deadlineExceeded, .limitExceeded]
        guard error.executed == .no, codes.contains(error.code) else { return }
        settings.observer?.observe(.dropped(method, error))
    }

    /// Appends the response with an error; one above the limit is replaced by a short error.
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

    /// Counts a response to an unknown call, and closes the connection at the limit.
    mutating func takeStrayResponse(_ actions: inout [Action]) {
        strayResponses += 1
        if strayResponses == limits.strayResponses {
            actions.append(.close(code: 4503, reason: "too many responses without a call"))
        }
    }
}

/// The circumstances in which a request was received.
struct Reception {
    /// The time of arrival.
    let now: ContinuousClock.Instant
    /// Whether every call that was started before has begun to run.
    let isIdle: Bool
    /// The entry of a batch that the request is; `nil` outside a batch.
    var place: BatchPlace?
}

/// A request with copies of its id and method, which outlive the message.
struct Request {
    /// The bytes of the id, as received; empty for a notification.
    let id: [UInt8]
    /// The path of the method, with slashes.
    private(set) var method: String
    let envelope: Envelope
    let reception: Reception

    init(_ method: Span<UInt8>, _ envelope: Envelope, _ message: Span<UInt8>, _ reception: Reception) {
        id = [UInt8](copying: message.extracting(envelope.id))
        self.method = MethodPath.path(of: String(copying: method))
        self.envelope = envelope
        self.reception = reception
    }

    /// Returns a copy of the request for another method.
    func renamed(_ method: String) -> Request {
        var request = self
        request.method = method
        return request
    }
}

/// The method names that are reserved for the gateway (`rpc.`) and for protocol messages (`$/`).
enum ReservedName {
    /// Whether the name of a method is reserved.
    ///
    /// Tests the first letter in place: hardly any other method passes, and the rest of the test stays out of line.
    @inline(__always)
    static func isReserved(_ name: Span<UInt8>) -> Bool {
        guard name.count > 1, name[0] == UInt8(ascii: "r") || name[0] == UInt8(ascii: "$") else { return false }
        return begins(name)
    }

    /// The prefix of calls through references; a handle, a slash and a method follow.
    static let invocation = "$/invokeProxy/"

    @inline(never)
    private static func begins(_ name: Span<UInt8>) -> Bool {
        if name[0] == UInt8(ascii: "$") { return name[1] == Byte.slash || name[1] == Byte.dot }
        guard name.count >= 4, JSON.isWord(name.extracting(0..<3), "rpc") else { return false }
        return name[3] == Byte.dot || name[3] == Byte.slash
    }
}
