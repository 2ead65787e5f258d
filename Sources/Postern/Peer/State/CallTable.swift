/// The calls made by this peer that have no reply yet.
///
/// A call is removed exactly once: by its reply, by its deadline, by its caller or by the end of the connection.
struct CallTable<Waiter: Sendable>: Sendable {
    private struct Entry: Sendable {
        let waiter: Waiter
        var deadline: Moment?
        let depth: Int
    }

    private var waiting: [UInt64: Entry] = [:]
    private var nextID: UInt64 = 1
    /// The number of replies that arrived after their call was settled.
    private(set) var lateReplies = 0

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    /// Returns whether a call with this identifier was ever made.
    func hasMade(_ id: UInt64) -> Bool { id > 0 && id < nextID }

    /// Returns the identifier of the next call.
    mutating func reserveID() -> UInt64 {
        // Reserved before the call is added, so that a cancellation handler can name a call that was not sent yet.
        defer { nextID += 1 }
        return nextID
    }

    mutating func add(_ id: UInt64, _ waiter: Waiter, _ call: OutgoingCall) {
        waiting[id] = Entry(waiter: waiter, deadline: call.deadline, depth: call.depth)
    }

    /// Returns whether a call of at least this depth is in flight.
    func holdsCall(atLeast depth: Int) -> Bool { waiting.values.contains { $0.depth >= depth } }

    /// Changes the deadline of a call; has no effect on a settled call.
    mutating func setDeadline(_ deadline: Moment?, of id: UInt64) { waiting[id]?.deadline = deadline }

    /// Returns the waiter of a call in flight, for progress and for the start of a stream.
    func waiter(of id: UInt64) -> Waiter? { waiting[id]?.waiter }

    enum Settlement {
        case resume(Waiter)
        /// The call was settled before, by a cancellation or by its deadline.
        case late
        /// No call with this identifier was made: a violation of the protocol.
        case neverMade
    }

    /// Settles a call because its reply arrived.
    mutating func receiveReply(to id: UInt64) -> Settlement {
        if let entry = waiting.removeValue(forKey: id) { return .resume(entry.waiter) }
        // Identifiers increase and are never reused, so settled calls need no record of their own.
        guard hasMade(id) else { return .neverMade }
        lateReplies += 1
        return .late
    }

    /// Removes a call whose caller no longer waits.
    ///
    /// Returns `nil` if the call is already settled.
    mutating func abandon(_ id: UInt64) -> Waiter? { waiting.removeValue(forKey: id)?.waiter }

    /// Removes every call whose deadline is at or before `now`, and returns them in the order in which they were made.
    mutating func expire(at now: Moment) -> [(id: UInt64, waiter: Waiter)] {
        // A scan over all calls in flight: deadlines rarely pass, and a heap would cost every call that is replied to
        // in time.
        let expired = waiting.filter { entry in entry.value.deadline.map { $0 <= now } ?? false }
        for id in expired.keys { waiting[id] = nil }
        return expired.sorted { $0.key < $1.key }.map { ($0.key, $0.value.waiter) }
    }

    /// The earliest deadline of a call in flight, or `nil` if no call has one.
    var earliestDeadline: Moment? { waiting.values.lazy.compactMap(\.deadline).min() }

    /// Removes every call, and returns the waiters in the order of their calls, divided by a condition on the
    /// identifier.
    mutating func removeAll(where matches: (UInt64) -> Bool) -> (matching: [Waiter], others: [Waiter]) {
        var (matching, others): ([Waiter], [Waiter]) = ([], [])
        for (id, entry) in waiting.sorted(by: { $0.key < $1.key }) {
            if matches(id) { matching.append(entry.waiter) } else { others.append(entry.waiter) }
        }
        waiting = [:]
        return (matching, others)
    }
}

/// A call or notification with its encoded arguments, ready to be written as a frame.
struct OutgoingCall: Sendable {
    let method: String
    let arguments: [UInt8]
    /// The references in the arguments, or `nil` if there are none.
    let references: ReferenceNumbers?
    /// The time until ``sharedDeadline`` in milliseconds, as it is sent.
    private(set) var timeout: UInt64?
    /// The deadline that is sent with the call, or `nil` if there is none.
    var sharedDeadline: Moment?
    /// The moment at which the caller stops waiting: ``sharedDeadline``, or an earlier moment that is not sent.
    var deadline: Moment?
    var flags: CallFlags = []
    /// The number of calls, each made while serving the previous one, that led to this call.
    var depth = 0
}

extension OutgoingCall {
    init(_ method: String, _ arguments: [UInt8], _ references: ReferenceNumbers? = nil) {
        self.method = method
        self.arguments = arguments
        self.references = references
    }

    /// Sets ``timeout`` to the time that is left until ``sharedDeadline``.
    ///
    /// - Throws: `CallError` with `.deadlineExceeded` if the deadline has passed.
    mutating func setTimeout(at now: @autoclosure () -> Moment) throws(CallError) {
        guard let sharedDeadline else { return }
        let left = sharedDeadline.timeLeft(at: now())
        guard left > .zero else {
            throw CallError(.deadlineExceeded, "The time for the call has run out", ran: .no)
        }
        let (seconds, attoseconds) = left.components
        // Rounded up, so that the remote peer never times out before this one.
        timeout = UInt64(seconds) * 1_000 + UInt64(attoseconds) / 1_000_000_000_000_000 + 1
    }
}
