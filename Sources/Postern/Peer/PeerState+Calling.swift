/// Calls made here.
extension PeerState {
    /// Writes a call and waits for its answer.
    ///
    /// - Throws: `CallError` when the call cannot leave; it was not executed then.
    mutating func beginCall(_ id: UInt64, _ call: OutgoingCall, _ waiter: Waiter) throws(CallError) {
        try checkMayLeave(call.method)
        guard phase == .open || calls.count < limits.earlyCalls else { throw Self.tooEarly }
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
        calls.add(id, waiter, deadline: call.deadline)
    }

    /// Writes a notification.
    mutating func notify(
        _ method: String,
        _ arguments: [UInt8],
        _ references: ReferenceNumbers? = nil
    ) throws(CallError) {
        try checkMayLeave(method)
        guard phase == .open || earlyNotifications < limits.earlyNotifications else { throw Self.tooEarly }
        let limit = outgoingFrameLimit
        let fits = outbox.write(behind: references, limit: limit) { output in
            let start = FrameWriter.begin(.notify, fields: 4, into: &output)
            MessagePack.write(method, into: &output)
            Self.write(arguments: arguments, into: &output)
            return FrameWriter.end(start, limit: limit, in: &output)
        }
        guard fits else { throw .requestTooLarge(limit) }
        if phase != .open { earlyNotifications += 1 }
    }

    /// Gives a call up and tells the other side; `nil` when it is settled.
    mutating func abandon(_ id: UInt64) -> Waiter? {
        guard let waiter = calls.abandon(id) else { return nil }
        outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
        return waiter
    }

    /// Gives up every call whose time has run out.
    mutating func expire(at now: ContinuousClock.Instant) -> [Waiter] {
        calls.expire(at: now).map { id, waiter in
            outbox.write { FrameWriter.writeNumbers(.cancel, id, into: &$0) }
            return waiter
        }
    }

    /// Gives references back, in order.
    mutating func release(_ releases: [ReferenceRelease]) {
        guard phase == .open else { return }
        outbox.write { output in
            for release in releases { FrameWriter.writeRelease(release.number, release.count, into: &output) }
        }
    }

    private func checkMayLeave(_ method: String) throws(CallError) {
        if let ending { throw CallError(ending.callCode, "The connection is closed: \(ending.message)", ran: .no) }
        if let goodbye { throw CallError(.draining, goodbye.message, ran: .no) }
        guard outbox.byteCount <= limits.queuedBytes else {
            throw CallError(.busy, "Too many bytes wait to be sent", ran: .no)
        }
        guard method.utf8.count <= limits.pathBytes else {
            throw CallError(.invalidRequest, "The path of the method is longer than \(limits.pathBytes) bytes")
        }
    }

    private static var tooEarly: CallError {
        CallError(.busy, "Too many calls wait for the handshake", ran: .no)
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
