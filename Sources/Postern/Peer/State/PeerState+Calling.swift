/// Calls made by this peer.
extension PeerState {
    /// Writes a call for which there is room, and adds it to the calls in flight.
    ///
    /// - Throws: `CallError` if the call cannot be sent; it was not executed.
    mutating func beginCall(_ id: UInt64, _ call: OutgoingCall, _ waiter: Waiter) throws(CallError) {
        try checkCanSend(call.method)
        // Written before it is added: a call that does not fit its frame leaves no entry behind.
        try write(id, call)
        calls.add(id, waiter, call)
    }

    /// Writes the frame of a call.
    ///
    /// - Throws: `CallError` with `.requestTooLarge` if the frame is above the limit of the remote peer.
    @inline(__always)
    mutating func write(_ id: UInt64, _ call: OutgoingCall) throws(CallError) {
        let limit = outgoingFrameLimit
        let fits = outbox.write(behind: call.references, Self.fields(of: call.arguments), limit: limit) { output in
            let start = FrameWriter.begin(.call, fields: 8, id: id, into: &output)
            MessagePack.write(call.method, into: &output)
            Self.write(call.timeout, into: &output)
            // Flags are below 128, so the byte itself is their MessagePack form.
            output.append(call.flags.rawValue)
            MessagePack.write(UInt64(clamping: call.depth), into: &output)
            return start
        }
        guard fits else { throw .requestTooLarge(limit) }
    }

    /// Writes a notification; the handshake must be finished.
    mutating func notify(
        _ method: String,
        _ arguments: [UInt8],
        _ references: ReferenceNumbers? = nil
    ) throws(CallError) {
        try checkCanSend(method)
        let limit = outgoingFrameLimit
        let fits = outbox.write(behind: references, Self.fields(of: arguments), limit: limit) { output in
            let start = FrameWriter.begin(.notify, fields: 4, into: &output)
            MessagePack.write(method, into: &output)
            return start
        }
        guard fits else { throw .requestTooLarge(limit) }
    }

    /// Ends a call whose caller no longer waits, and sends a cancel if the call was sent.
    ///
    /// Returns `nil` if it is settled.
    mutating func abandon(_ id: UInt64) -> EndedCall<Waiter>? {
        if let waiter = waiting.remove(id) { return EndedCall(waiter: waiter, reason: .unsent) }
        guard let waiter = calls.abandon(id) else { return nil }
        outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
        return EndedCall(waiter: waiter, reason: .sent)
    }

    /// Ends every call whose deadline is at or before `now`.
    mutating func expire(at now: Moment) -> [EndedCall<Waiter>] {
        let sent = calls.expire(at: now).map { id, waiter in
            outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
            return EndedCall(waiter: waiter, reason: .sent)
        }
        return sent
            + waiting.expire(at: now).map { message in
                let isOutOfTime = message.call.deadline.map { $0 <= now } ?? false
                return EndedCall(waiter: message.waiter, reason: isOutOfTime ? .unsent : .noRoom)
            }
    }

    /// The earliest moment at which a call expires, or `nil` if none does.
    var earliestDeadline: Moment? {
        [calls.earliestDeadline, waiting.earliestEnd].compactMap(\.self).min()
    }

    /// Writes the releases of references, in order.
    mutating func release(_ releases: [ReferenceRelease]) {
        // After the end of the connection the remote peer has released everything by itself.
        guard phase == .open else { return }
        outbox.write { output in
            for release in releases { FrameWriter.writeRelease(release.number, release.count, into: &output) }
        }
    }

    /// Throws a `CallError` if nothing more may be sent, too much waits to be sent, or a path is too long.
    func checkCanSend(_ method: String) throws(CallError) {
        if let ending { throw CallError(ending.callCode, "The connection is closed: \(ending.message)", ran: .no) }
        if let goodbye { throw CallError(.draining, goodbye.message, ran: .no) }
        guard outbox.byteCount + waiting.byteCount <= limits.queuedBytes else {
            throw CallError(.busy, "Too many bytes wait to be sent", ran: .no)
        }
        guard method.utf8.count <= limits.pathBytes else {
            throw CallError(.invalidRequest, "The path of the method is longer than \(limits.pathBytes) bytes")
        }
    }

    @inline(__always)
    private static func write(_ number: UInt64?, into output: inout [UInt8]) {
        if let number { MessagePack.write(number, into: &output) } else { MessagePack.writeNull(into: &output) }
    }

    /// Returns the last two fields of a frame: positional and named arguments.
    @inline(__always)
    private static func fields(of arguments: [UInt8]) -> [UInt8] {
        // Arguments are encoded as both fields; without any, both are nil.
        arguments.isEmpty ? noArguments : arguments
    }

    private static var noArguments: [UInt8] { [0xc0, 0xc0] }
}

extension CallError {
    /// Returns the error of a message that is larger than a frame of the remote peer.
    static func requestTooLarge(_ limit: Int) -> CallError {
        CallError(.requestTooLarge, "The call is larger than a frame of \(limit) bytes", ran: .no)
    }
}

/// Messages that wait: calls until the remote peer has room for them, and all messages until the handshake is finished.
extension PeerState {
    /// Returns whether a call of this depth may be sent now.
    @inline(__always)
    func hasRoom(atDepth depth: Int) -> Bool { calls.count < waiting.room(atDepth: depth) }

    /// Keeps a call until the remote peer has room for it.
    ///
    /// - Returns: The moment at which the call expires, or `nil`.
    /// - Throws: `CallError` if the call may not wait; it was not executed.
    mutating func wait(
        _ id: UInt64,
        _ call: OutgoingCall,
        _ waiter: Waiter,
        at now: Moment
    ) throws(CallError) -> Moment? {
        try checkCanSend(call.method)
        guard waiting.callCount < limits.waitingCalls else {
            throw CallError(.busy, "More than \(limits.waitingCalls) calls wait for room at the other side", ran: .no)
        }
        // No call at least as deep waits or is in flight, so each call in flight may depend on this one. None of them
        // would end first: waiting would be a deadlock.
        if waiting.isOpen, call.depth > waiting.greatestDepth, !calls.holdsCall(atLeast: call.depth) {
            throw CallError(
                .busy,
                "The other side accepts no more calls, and calls that it serves may depend on this one",
                ran: .no
            )
        }
        // Also for calls without a deadline: a remote peer that replies to none must not fill the room for good.
        let end = limits.callTimeout.map { now.later(by: $0) }
        let message = WaitingRoom.Message(id: id, call: call, waiter: waiter, end: end)
        waiting.append(message)
        return [call.deadline, message.end].compactMap(\.self).min()
    }

    /// Keeps a notification until the handshake is finished.
    mutating func waitForHandshake(_ notification: OutgoingCall, _ waiter: Waiter) throws(CallError) {
        try checkCanSend(notification.method)
        guard waiting.notificationCount < limits.earlyNotifications else {
            throw CallError(.busy, "Too many notifications wait for the handshake", ran: .no)
        }
        waiting.append(.init(id: nil, call: notification, waiter: waiter, end: nil))
    }

    /// Sends the waiting messages for which the remote peer has room.
    ///
    /// - Parameters:
    ///   - now: The current time, from which the timeouts of the calls are computed.
    ///   - didSend: Called with the waiter of each sent message, in the same step.
    /// - Returns: The messages that cannot be sent, each with its error.
    mutating func sendWaiting(at now: Moment, _ didSend: (Waiter) -> Void) -> [UnsentMessage<Waiter>] {
        guard phase == .open else { return [] }
        if !waiting.isOpen { waiting.open(limit: callLimit) }
        var failures: [UnsentMessage<Waiter>] = []
        while var message = waiting.takeNext(inFlight: calls.count) {
            do throws(CallError) {
                if let id = message.id {
                    // The time that the call has waited here is no longer left for the remote peer.
                    try message.call.setTimeout(at: now)
                    try write(id, message.call)
                    calls.add(id, message.waiter, message.call)
                } else {
                    let isFromJSON = message.call.flags.contains(.isFromJSON)
                    let preface = preface(message.call.references, isFromJSON: isFromJSON)
                    try notify(message.call.method, message.call.arguments, preface)
                }
                didSend(message.waiter)
            } catch {
                failures.append(UnsentMessage(waiter: message.waiter, method: message.call.method, error: error))
            }
        }
        return failures
    }

    /// The maximum number of calls in flight to the remote peer.
    private var callLimit: Int {
        let limit = Int(remote.maximumCallsInFlight)
        // A remote peer without a limit for streams counts each stream as a call until its end.
        return remote.maximumStreams == nil ? limit - readers.values.count { $0.end == nil } : limit
    }

    /// Recomputes the room after a stream has begun or ended, if the remote peer counts streams as calls.
    mutating func updateRoom() {
        if remote.maximumStreams == nil, waiting.isOpen { waiting.open(limit: callLimit) }
    }
}

/// A message that waited and cannot be sent.
struct UnsentMessage<Waiter: Sendable>: Sendable {
    let waiter: Waiter
    /// The path of the method.
    let method: String
    let error: CallError
}
