/// A peer as a dispatcher calls its other end.
extension Peer: Dispatcher {
    /// Sends one call and waits for its reply.
    ///
    /// Calls leave in the order this is entered. Cancelling the task tells the other end and throws at once; the
    /// remote handler may still run to its end. Without a deadline the call has that of the call being served.
    ///
    /// A call for which the other end has no room waits for it, in order; one that is made while serving another waits
    /// behind calls that are nested as deep, and fails with `.busy` where there are none.
    ///
    /// - Throws: `CallError`: `.deadlineExceeded`, `.cancelled`, `.unavailable` when the connection ends first, `.busy`
    ///   when too much waits to be sent, or what the remote handler chose.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        try checkName(call.method)
        return try await send(call)
    }

    /// Sends one call, also through a reference, and waits for its reply.
    package func send(_ call: Call) async throws(CallError) -> Reply {
        guard !call.isNotification else {
            try sendNotification(call)
            return .value(Payload(bytes: [], codec: MessagePack.self))
        }
        return try await reply(to: call, within: .unlimited)
    }

    /// Refuses the paths of references: those are written by who holds one, and by nobody else.
    func checkName(_ method: String) throws(CallError) {
        guard method.utf8.first != UInt8(ascii: "$") else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(method))")
        }
    }

    /// Sends one call that wants a reply, and waits for it.
    func reply(to call: Call, within timeout: LocalTimeout) async throws(CallError) -> Reply {
        if arrivals != nil { return try await replyWhileServing(to: call, timeout) }
        let id = changeInTurn { $0.calls.reserveID() }
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

    /// Serves what has arrived, sends one call, and serves on until the reply is there.
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

    /// Sends a call; its answer, or why there is none, goes to the receiver.
    ///
    /// - Throws: Why it cannot leave; the receiver hears nothing then.
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
            // A cancellation before this found nothing to give up.
            if Task.isCancelled { throw CallError(.cancelled, "The caller cancelled", ran: .no) }
            guard state.hasRoom(atDepth: outgoing.depth) else {
                waiter.references = references
                return try state.wait(id, outgoing, waiter, at: .now)
            }
            try state.beginCall(id, outgoing, waiter)
            references?.commit()
            return outgoing.deadline
        }
        if let deadline { expiry.arm(deadline, expireCalls) }
    }

    /// On the event loop: a call only writes a frame and waits.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    /// Sends a notification, also through a reference.
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

    /// Settles a call that nobody waits for any more, and tells the other end; one that is settled stays as it is.
    func abandon(_ id: UInt64, _ error: CallError) {
        let (call, outcome) = change { ($0.abandon(id), $0.sendWaiting()) }
        outcome?.settle(reportingTo: observer)
        guard let call else { return }
        call.waiter.settle(.failure(call.reason == .sent ? error : CallError(error.code, error.message, ran: .no)))
    }

    /// Settles the calls whose time has run out; gives the next deadline.
    @discardableResult
    @Sendable func expireCalls() -> Moment? {
        let now = Moment.now
        let (expired, outcome, next) = change { ($0.expire(at: now), $0.sendWaiting(), $0.earliestDeadline) }
        for call in expired { call.waiter.expire(call.reason, connectionTimeout: limits.callTimeout) }
        outcome?.settle(reportingTo: observer)
        return next
    }
}

/// How long a caller waits, apart from a deadline that travels with the call.
struct LocalTimeout {
    private let end: Moment?
    /// Whether the connection said so, and nobody else.
    let isConnectionDefault: Bool

    /// Waits as long as it takes.
    static let unlimited = LocalTimeout(end: nil, isConnectionDefault: false)

    private init(end: Moment?, isConnectionDefault: Bool) {
        self.end = end
        self.isConnectionDefault = isConnectionDefault
    }

    /// Waits from now on for a time, or for that of a connection.
    init(_ time: Duration?, orDefaultOf peer: Peer) {
        let timeout = time ?? peer.limits.callTimeout
        self.init(end: timeout.map { .now.later(by: $0) }, isConnectionDefault: time == nil)
    }

    /// When the caller stops waiting.
    func deadline(orEarlier deadline: Moment?) -> Moment? {
        guard let end, let deadline else { return end ?? deadline }
        return min(end, deadline)
    }
}
