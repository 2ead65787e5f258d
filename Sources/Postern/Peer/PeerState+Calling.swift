/// Calls made here.
extension PeerState {
    /// Writes a call, for which there is room, and waits for its answer.
    ///
    /// - Throws: `CallError` when the call cannot leave; it was not executed then.
    mutating func beginCall(_ id: UInt64, _ call: OutgoingCall, _ waiter: Waiter) throws(CallError) {
        try checkMayLeave(call.method)
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
        try checkMayLeave(method)
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

    func checkMayLeave(_ method: String) throws(CallError) {
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
