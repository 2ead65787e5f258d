/// A peer as a dispatcher calls its other end.
extension Peer: Dispatcher {
    /// Sends one call and waits for its reply.
    ///
    /// Calls leave in the order this is entered. Cancelling the task tells the other end and throws at once; the
    /// remote handler may still run to its end. Without a deadline the call has that of the call being served.
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
        return try await reply(to: call, patience: .unlimited)
    }

    /// Refuses the paths of references: those are written by who holds one, and by nobody else.
    func checkName(_ method: String) throws(CallError) {
        guard method.utf8.first != UInt8(ascii: "$") else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(method))")
        }
    }

    /// Sends one call that wants a reply, and waits for it.
    func reply(to call: Call, patience: Patience) async throws(CallError) -> Reply {
        if arrivals != nil { return try await replyWhileServing(to: call, patience) }
        let id = changeInTurn { $0.calls.reserveID() }
        let result = await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                do throws(CallError) {
                    try send(call, as: id, patience: patience, to: .caller(continuation))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            giveUp(id, CallError(.cancelled, "The caller cancelled"))
        }
        return try result.get()
    }

    /// Serves what has arrived, sends one call, and serves on until the reply is there.
    private func replyWhileServing(to call: Call, _ patience: Patience) async throws(CallError) -> Reply {
        await pollAll()
        let reply = PendingReply()
        let id = changeInTurn { $0.calls.reserveID() }
        try send(call, as: id, patience: patience, to: .pending(reply))
        await wait(for: reply)
        giveUp(id, CallError(.cancelled, "The caller cancelled"))
        guard let result = reply.result else { throw CallError(.cancelled, "The caller cancelled") }
        return try result.get()
    }

    /// Sends a call; its answer, or why there is none, goes to the receiver.
    ///
    /// - Throws: Why it cannot leave; the receiver hears nothing then.
    func send(
        _ call: Call,
        as id: UInt64,
        patience: Patience,
        to receiver: CallWaiter.Receiver
    ) throws(CallError) {
        let (arguments, references) = try outgoing(call.arguments)
        let outgoing = try outgoingCall(call, arguments, references, patience)
        let waiter = CallWaiter(
            receiver: receiver,
            progress: call.progress,
            hasPatienceOfConnection: outgoing.timeout == nil && patience.isOfConnection
        )
        try change { state throws(CallError) in
            // A cancellation before this found nothing to give up.
            if Task.isCancelled { throw CallError(.cancelled, "The caller cancelled", ran: .no) }
            try state.beginCall(id, outgoing, waiter)
            references?.commit()
        }
        if let deadline = outgoing.deadline { expiry.arm(deadline, expireCalls) }
    }

    /// On the event loop: a call only writes a frame and waits.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    /// Sends a notification, also through a reference.
    package func sendNotification(_ call: Call) throws(CallError) {
        let (arguments, references) = try outgoing(call.arguments)
        try change { state throws(CallError) in
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
        _ patience: Patience
    ) throws(CallError) -> OutgoingCall {
        let context = ServingContext.current
        let deadline = call.deadline ?? context?.deadline
        return OutgoingCall(
            method: call.method,
            arguments: arguments,
            references: references?.numbers,
            timeout: try deadline.map { deadline throws(CallError) in try Self.milliseconds(until: deadline) },
            deadline: patience.deadline(orEarlier: deadline),
            flags: Self.flags(of: call),
            depth: context?.depth ?? 0
        )
    }

    @inline(__always)
    private static func flags(of call: Call) -> CallFlags {
        var flags: CallFlags = call.requiresSafeMethod ? .requiresSafeMethod : []
        if call.progress != nil { flags.insert(.wantsProgress) }
        if call.arguments.isFromJSON { flags.insert(.isFromJSON) }
        return flags
    }

    /// What is left until a deadline, rounded up.
    private static func milliseconds(until deadline: ContinuousClock.Instant) throws(CallError) -> UInt64 {
        let left = deadline.timeLeft()
        guard left > .zero else {
            throw CallError(.deadlineExceeded, "The time for the call has run out", ran: .no)
        }
        return UInt64(left.components.seconds) * 1_000 + UInt64(left.components.attoseconds) / 1_000_000_000_000_000 + 1
    }

    /// Settles a call that nobody waits for any more, and tells the other end; one that is settled stays as it is.
    func giveUp(_ id: UInt64, _ error: CallError) { change { $0.abandon(id) }?.settle(.failure(error)) }

    /// Settles the calls whose time has run out; gives the next deadline.
    @discardableResult
    @Sendable func expireCalls() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (expired, next) = change { ($0.expire(at: now), $0.calls.earliestDeadline) }
        for waiter in expired { waiter.expire(patience: limits.callTimeout) }
        return next
    }
}
