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
        try checkMayLeave(call.method)
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
        try checkMayLeave(notification.method)
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
