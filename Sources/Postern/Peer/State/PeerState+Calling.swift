/// Calls made here.
extension PeerState {
    /// Writes a call, for which there is room, and waits for its answer.
    ///
    /// - Throws: `CallError` when the call cannot leave; it was not executed then.
    mutating func beginCall(_ id: UInt64, _ call: OutgoingCall, _ waiter: Waiter) throws(CallError) {
        try checkCanSend(call.method)
        try write(id, call)
        calls.add(id, waiter, call)
    }

    @inline(__always)
    mutating func write(_ id: UInt64, _ call: OutgoingCall) throws(CallError) {
        let limit = outgoingFrameLimit
        let fits = outbox.write(behind: call.references, limit: limit) { output in
            let start = FrameWriter.begin(.call, fields: 8, id: id, into: &output)
            MessagePack.write(call.method, into: &output)
            Self.write(call.timeout, into: &output)
            output.append(call.flags.rawValue)
            MessagePack.write(UInt64(clamping: call.depth), into: &output)
            Self.write(arguments: call.arguments, into: &output)
            return FrameWriter.end(start, limit: limit, in: &output)
        }
        guard fits else { throw .requestTooLarge(limit) }
    }

    /// Writes a notification, once the handshake is done.
    mutating func notify(
        _ method: String,
        _ arguments: [UInt8],
        _ references: ReferenceNumbers? = nil
    ) throws(CallError) {
        try checkCanSend(method)
        let limit = outgoingFrameLimit
        let fits = outbox.write(behind: references, limit: limit) { output in
            let start = FrameWriter.begin(.notify, fields: 4, into: &output)
            MessagePack.write(method, into: &output)
            Self.write(arguments: arguments, into: &output)
            return FrameWriter.end(start, limit: limit, in: &output)
        }
        guard fits else { throw .requestTooLarge(limit) }
    }

    /// Gives a call up, and cancels it at the other side if it was sent; `nil` when it is settled.
    mutating func abandon(_ id: UInt64) -> EndedCall<Waiter>? {
        if let waiter = waiting.remove(id) { return EndedCall(waiter: waiter, reason: .unsent) }
        guard let waiter = calls.abandon(id) else { return nil }
        outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
        return EndedCall(waiter: waiter, reason: .sent)
    }

    /// Gives up every call whose time has run out.
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

    /// The first moment at which a call runs out of time.
    var earliestDeadline: Moment? {
        [calls.earliestDeadline, waiting.earliestEnd].compactMap(\.self).min()
    }

    /// Gives references back, in order.
    mutating func release(_ releases: [ReferenceRelease]) {
        guard phase == .open else { return }
        outbox.write { output in
            for release in releases { FrameWriter.writeRelease(release.number, release.count, into: &output) }
        }
    }

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

    /// Appends arguments as the last two fields of a frame.
    @inline(__always)
    private static func write(arguments: [UInt8], into output: inout [UInt8]) {
        guard arguments.isEmpty else { return output += arguments }
        MessagePack.writeNull(into: &output)
        MessagePack.writeNull(into: &output)
    }
}

extension CallError {
    /// The error of a message that is larger than the other side takes.
    static func requestTooLarge(_ limit: Int) -> CallError {
        CallError(.requestTooLarge, "The call is larger than a frame of \(limit) bytes", ran: .no)
    }
}

/// Messages that wait: calls for room at the other side, and everything for the end of the handshake.
extension PeerState {
    /// Whether a call of this depth may leave at once.
    @inline(__always)
    func hasRoom(atDepth depth: Int) -> Bool { calls.count < waiting.room(atDepth: depth) }

    /// Has a call wait until the other side has room for it.
    ///
    /// - Returns: When it stops waiting.
    /// - Throws: `CallError` when it may not wait; it was not executed then.
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
        if waiting.isOpen, call.depth > waiting.greatestDepth, !calls.holdsCall(atLeast: call.depth) {
            throw CallError(.busy, "The other side has no room for a call that others may wait for", ran: .no)
        }
        let end = limits.callTimeout.map { now.later(by: $0) }
        let message = WaitingRoom.Message(id: id, call: call, waiter: waiter, end: end)
        waiting.append(message)
        return [call.deadline, message.end].compactMap(\.self).min()
    }

    /// Has a notification wait for the end of the handshake.
    mutating func waitForHandshake(_ notification: OutgoingCall, _ waiter: Waiter) throws(CallError) {
        try checkCanSend(notification.method)
        guard waiting.notificationCount < limits.earlyNotifications else {
            throw CallError(.busy, "Too many notifications wait for the handshake", ran: .no)
        }
        waiting.append(.init(id: nil, call: notification, waiter: waiter, end: nil))
    }

    /// Sends what waits, as far as there is room for it.
    ///
    /// - Parameters:
    ///   - now: What is left of deadlines is counted from here.
    ///   - leaves: Called with the waiter of each message that is sent, in the same step.
    /// - Returns: The messages that cannot be sent, each with the reason.
    mutating func sendWaiting(at now: Moment, _ leaves: (Waiter) -> Void) -> [UnsentMessage<Waiter>] {
        guard phase == .open else { return [] }
        if !waiting.isOpen { waiting.open(limit: callLimit) }
        var failures: [UnsentMessage<Waiter>] = []
        while var message = waiting.takeNext(inFlight: calls.count) {
            do throws(CallError) {
                if let id = message.id {
                    try message.call.setTimeout(at: now)
                    try write(id, message.call)
                    calls.add(id, message.waiter, message.call)
                } else {
                    let isFromJSON = message.call.flags.contains(.isFromJSON)
                    let preface = preface(message.call.references, isFromJSON: isFromJSON)
                    try notify(message.call.method, message.call.arguments, preface)
                }
                leaves(message.waiter)
            } catch {
                failures.append(UnsentMessage(waiter: message.waiter, method: message.call.method, error: error))
            }
        }
        return failures
    }

    /// How many calls may be in flight to the other side.
    private var callLimit: Int {
        let limit = Int(remote.maximumCallsInFlight)
        // A side without a limit for streams counts them as calls until they end.
        return remote.maximumStreams == nil ? limit - readers.values.count { $0.end == nil } : limit
    }

    /// Counts anew after a stream has begun or ended, where the other side counts streams as calls.
    mutating func updateRoom() {
        if remote.maximumStreams == nil, waiting.isOpen { waiting.open(limit: callLimit) }
    }
}

/// A message that waited and cannot be sent.
struct UnsentMessage<Waiter: Sendable>: Sendable {
    let waiter: Waiter
    /// Path of the method that it is for.
    let method: String
    let error: CallError
}
