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
        // Paths of references are written by those who hold one, and by nobody else.
        guard call.method.utf8.first != UInt8(ascii: "$") else {
            throw CallError(.methodNotFound, "No such method: \(call.method.prefix(limits.pathBytes))")
        }
        return try await send(call)
    }

    /// Sends one call, also through a reference, and waits for its reply.
    func send(_ call: Call) async throws(CallError) -> Reply {
        guard !call.isNotification else {
            try sendNotification(call)
            return .value(Payload(bytes: [], codec: MessagePack.self))
        }
        let (arguments, references) = try outgoing(call.arguments)
        let outgoing = try outgoingCall(call, arguments, references)
        let id = changeInTurn { $0.calls.reserveID() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation {
                begin(id, outgoing, references, CallWaiter(continuation: $0, progress: call.progress))
            }
        } onCancel: {
            giveUp(id, CallError(.cancelled, "The caller cancelled"))
        }
        return try result.get()
    }

    /// On the event loop: a call only writes a frame and waits.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    /// Sends a notification, also through a reference.
    func sendNotification(_ call: Call) throws(CallError) {
        let (arguments, references) = try outgoing(call.arguments)
        try change { state throws(CallError) in
            try state.notify(call.method, arguments, references?.numbers)
            references?.commit()
        }
    }

    private func outgoing(
        _ arguments: Payload
    ) throws(CallError) -> (bytes: [UInt8], references: SentReferences?) {
        do throws(PayloadError) {
            return try arguments.transcodedArguments(to: MessagePack.self).naming(for: self)
        } catch {
            throw CallError(error)
        }
    }

    private func outgoingCall(
        _ call: Call,
        _ arguments: [UInt8],
        _ references: SentReferences?
    ) throws(CallError) -> OutgoingCall {
        let context = ServingContext.current
        let deadline = call.deadline ?? context?.deadline
        return OutgoingCall(
            method: call.method,
            arguments: arguments,
            references: references?.numbers,
            timeout: try deadline.map { deadline throws(CallError) in try Self.milliseconds(until: deadline) },
            deadline: deadline,
            flags: call.requiresSafeMethod
                ? (call.progress == nil ? [.requiresSafeMethod] : [.requiresSafeMethod, .wantsProgress])
                : (call.progress == nil ? [] : [.wantsProgress]),
            depth: context?.depth ?? 0
        )
    }

    /// What is left until a deadline, rounded up.
    private static func milliseconds(until deadline: ContinuousClock.Instant) throws(CallError) -> UInt64 {
        let left = (deadline - .now).components
        guard left.seconds > 0 || (left.seconds == 0 && left.attoseconds > 0) else {
            throw CallError(.deadlineExceeded, "The time for the call has run out", executed: .no)
        }
        let fraction = UInt64(left.attoseconds) / 1_000_000_000_000_000 + 1
        let (whole, overflows) = UInt64(left.seconds).multipliedReportingOverflow(by: 1_000)
        return overflows ? .max : whole.addingReportingOverflow(fraction).overflow ? .max : whole + fraction
    }

    private func begin(_ id: UInt64, _ call: OutgoingCall, _ references: SentReferences?, _ waiter: CallWaiter) {
        do throws(CallError) {
            try change { state throws(CallError) in
                // A cancellation before this found nothing to give up.
                if Task.isCancelled { throw CallError(.cancelled, "The caller cancelled", executed: .no) }
                try state.beginCall(id, call, waiter)
                references?.commit()
            }
        } catch {
            return waiter.continuation.resume(returning: .failure(error))
        }
        if let deadline = call.deadline { expiry.arm(deadline, expireCalls) }
    }

    /// Settles a call that its caller no longer waits for, and tells the other end.
    private func giveUp(_ id: UInt64, _ error: CallError) {
        change { $0.abandon(id) }?.continuation.resume(returning: .failure(error))
    }

    /// Settles the calls whose time has run out; gives the next deadline.
    @Sendable private func expireCalls() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (expired, next) = change { ($0.expire(at: now), $0.calls.earliestDeadline) }
        let error = CallError(.deadlineExceeded, "No reply came in time")
        for waiter in expired { waiter.continuation.resume(returning: .failure(error)) }
        return next
    }
}
