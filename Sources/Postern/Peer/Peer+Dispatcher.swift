/// A peer as a dispatcher that sends calls to the remote peer.
extension Peer: Dispatcher {
    /// Sends one call and waits for its reply.
    ///
    /// Calls are sent in the order in which this function is entered. Cancelling the task sends a cancel and throws
    /// without waiting; the remote handler may still run to its end. A call without a deadline has that of the call
    /// being served.
    ///
    /// A call for which the remote peer has no room waits for it, in order. A call that is made while serving another
    /// one waits behind calls of at least its own depth, and fails with `.busy` if there are none.
    ///
    /// - Throws: `CallError`: `.deadlineExceeded`, `.cancelled`, `.unavailable` if the connection ends first, `.busy`
    ///   if too much waits to be sent, or the error of the remote handler.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        try checkName(call.method)
        return try await send(call)
    }

    /// Sends one call, possibly through a reference, and waits for its reply.
    package func send(_ call: Call) async throws(CallError) -> Reply {
        guard !call.isNotification else {
            try sendNotification(call)
            return .value(Payload(bytes: [], codec: MessagePack.self))
        }
        return try await reply(to: call, within: .unlimited)
    }

    /// Refuses the paths of references, which only the holder of a reference may call.
    func checkName(_ method: String) throws(CallError) {
        guard method.utf8.first != UInt8(ascii: "$") else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(method))")
        }
    }

    /// Sends one call that expects a reply, and waits for the reply.
    func reply(to call: Call, within timeout: LocalTimeout) async throws(CallError) -> Reply {
        if arrivals != nil { return try await replyWhileServing(to: call, timeout) }
        let id = changeInTurn { $0.calls.reserveID() }
        // The cancellation handler may run before `send` does. The identifier exists by then, and `send` checks for
        // cancellation under the lock, so one of the two ends the call.
        let result = await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                do throws(CallError) {
                    try send(call, as: id, within: timeout, to: .caller(continuation))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            abandon(id, CallError(.cancelled, "The caller cancelled"))
        }
        return try result.get()
    }

    /// Serves the calls that have arrived, sends one call, and continues serving until its reply has arrived.
    private func replyWhileServing(to call: Call, _ timeout: LocalTimeout) async throws(CallError) -> Reply {
        await pollAll()
        let reply = PendingReply()
        let id = changeInTurn { $0.calls.reserveID() }
        try send(call, as: id, within: timeout, to: .pending(reply))
        await wait(for: reply)
        abandon(id, CallError(.cancelled, "The caller cancelled"))
        guard let result = reply.result else { throw CallError(.cancelled, "The caller cancelled") }
        return try result.get()
    }

    /// Sends a call whose reply, or error, is delivered to a receiver.
    ///
    /// - Throws: `CallError` if the call cannot be sent, in which case nothing is delivered.
    func send(
        _ call: Call,
        as id: UInt64,
        within timeout: LocalTimeout,
        to receiver: CallWaiter.Receiver
    ) throws(CallError) {
        let (arguments, references) = try outgoing(call.arguments)
        let outgoing = try outgoingCall(call, arguments, references, timeout)
        var waiter = CallWaiter(
            receiver: receiver,
            progress: call.progress,
            usesConnectionTimeout: outgoing.timeout == nil && timeout.isConnectionDefault
        )
        let deadline = try change { state throws(CallError) in
            // A cancellation before this step found no call to abandon.
            if Task.isCancelled { throw CallError(.cancelled, "The caller cancelled", ran: .no) }
            guard state.hasRoom(atDepth: outgoing.depth) else {
                waiter.references = references
                return try state.wait(id, outgoing, waiter, at: .now)
            }
            // In one step with the write: a release that crosses this frame must find its references counted as sent.
            try state.beginCall(id, outgoing, waiter)
            references?.commit()
            return outgoing.deadline
        }
        // Outside the lock, as arming starts a task. A reply that arrives in between leaves a timer that finds nothing.
        if let deadline { expiry.arm(deadline, expireCalls) }
    }

    /// Returns `.onEventLoop`: sending a call only writes a frame and suspends.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    /// Sends a notification, possibly through a reference.
    package func sendNotification(_ call: Call) throws(CallError) {
        let (arguments, references) = try outgoing(call.arguments)
        try change { state throws(CallError) in
            guard state.waiting.isOpen else {
                var notification = OutgoingCall(call.method, arguments, references?.numbers)
                notification.flags = Self.flags(of: call)
                let waiter = CallWaiter(receiver: .none, progress: nil, references: references)
                return try state.waitForHandshake(notification, waiter)
            }
            let preface = state.preface(references?.numbers, isFromJSON: call.arguments.isFromJSON)
            try state.notify(call.method, arguments, preface)
            references?.commit()
        }
    }

    private func outgoing(
        _ arguments: Payload
    ) throws(CallError) -> (bytes: [UInt8], references: SentReferences?) {
        do throws(PayloadError) {
            guard arguments.references == nil else { return try arguments.naming(for: self, asArguments: true) }
            return (try arguments.transcodedArguments(to: MessagePack.self).bytes, nil)
        } catch {
            throw CallError(error)
        }
    }

    private func outgoingCall(
        _ call: Call,
        _ arguments: [UInt8],
        _ references: SentReferences?,
        _ timeout: LocalTimeout
    ) throws(CallError) -> OutgoingCall {
        let context = ServingContext.current
        let deadline = call.deadlineMoment ?? context?.deadline
        var outgoing = OutgoingCall(call.method, arguments, references?.numbers)
        outgoing.sharedDeadline = deadline
        outgoing.deadline = timeout.deadline(orEarlier: deadline)
        outgoing.flags = Self.flags(of: call)
        outgoing.depth = context?.depth ?? 0
        try outgoing.setTimeout(at: .now)
        return outgoing
    }

    @inline(__always)
    private static func flags(of call: Call) -> CallFlags {
        var flags: CallFlags = call.requiresSafeMethod ? .requiresSafeMethod : []
        if call.progress != nil { flags.insert(.wantsProgress) }
        if call.arguments.isFromJSON { flags.insert(.isFromJSON) }
        return flags
    }

    /// Ends a call whose caller no longer waits, and cancels it at the remote peer.
    ///
    /// Has no effect on a settled call.
    func abandon(_ id: UInt64, _ error: CallError) {
        let (call, outcome) = change { ($0.abandon(id), $0.sendWaiting()) }
        outcome?.settle(reportingTo: observer)
        guard let call else { return }
        // A call that was not sent certainly was not executed, whatever the error says.
        call.waiter.settle(.failure(call.reason == .sent ? error : CallError(error.code, error.message, ran: .no)))
    }

    /// Ends the calls whose deadlines have passed.
    ///
    /// - Returns: The next deadline, or `nil` if no call has one.
    @discardableResult
    @Sendable func expireCalls() -> Moment? {
        let now = Moment.now
        let (expired, outcome, next) = change { ($0.expire(at: now), $0.sendWaiting(), $0.earliestDeadline) }
        for call in expired { call.waiter.expire(call.reason, connectionTimeout: limits.callTimeout) }
        outcome?.settle(reportingTo: observer)
        return next
    }
}

/// The time that a caller waits, apart from a deadline that is sent with the call.
struct LocalTimeout {
    private let end: Moment?
    /// Whether the time is the default of the connection and not the caller's choice.
    let isConnectionDefault: Bool

    /// No timeout.
    static let unlimited = LocalTimeout(end: nil, isConnectionDefault: false)

    private init(end: Moment?, isConnectionDefault: Bool) {
        self.end = end
        self.isConnectionDefault = isConnectionDefault
    }

    /// Creates a timeout that begins now, of the given time or of the default of a connection.
    init(_ time: Duration?, orDefaultOf peer: Peer) {
        let timeout = time ?? peer.limits.callTimeout
        self.init(end: timeout.map { .now.later(by: $0) }, isConnectionDefault: time == nil)
    }

    /// Returns the end of the timeout or `deadline`, whichever is earlier.
    func deadline(orEarlier deadline: Moment?) -> Moment? {
        guard let end, let deadline else { return end ?? deadline }
        return min(end, deadline)
    }
}
