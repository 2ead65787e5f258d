/// The calls that wait for an answer; each leaves the table once.
struct CallTable<Waiter: Sendable>: Sendable {
    private struct Entry: Sendable {
        let waiter: Waiter
        var deadline: Moment?
        let depth: Int
    }

    private var waiting: [UInt64: Entry] = [:]
    private var nextID: UInt64 = 1
    /// Answers that came after their call was settled.
    private(set) var lateReplies = 0

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    /// Whether a call with this number was ever made.
    func hasMade(_ id: UInt64) -> Bool { id > 0 && id < nextID }

    /// Numbers the next call.
    mutating func reserveID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }

    mutating func add(_ id: UInt64, _ waiter: Waiter, _ call: OutgoingCall) {
        waiting[id] = Entry(waiter: waiter, deadline: call.deadline, depth: call.depth)
    }

    /// Whether a call waits that is nested at least as deep.
    func holdsCall(atLeast depth: Int) -> Bool { waiting.values.contains { $0.depth >= depth } }

    /// Moves the end of a call, if it is not settled.
    mutating func setDeadline(_ deadline: Moment?, of id: UInt64) { waiting[id]?.deadline = deadline }

    /// Whom the progress of a call goes to.
    func waiter(of id: UInt64) -> Waiter? { waiting[id]?.waiter }

    enum Settlement {
        case resume(Waiter)
        /// The call was settled before: cancelled, or out of time.
        case late
        case neverMade
    }

    /// Settles a call because an answer to it arrived.
    mutating func receiveReply(to id: UInt64) -> Settlement {
        if let entry = waiting.removeValue(forKey: id) { return .resume(entry.waiter) }
        guard hasMade(id) else { return .neverMade }
        lateReplies += 1
        return .late
    }

    /// Settles a call because its caller no longer waits; `nil` when it is settled.
    mutating func abandon(_ id: UInt64) -> Waiter? { waiting.removeValue(forKey: id)?.waiter }

    /// Settles every call whose time has run out.
    mutating func expire(at now: Moment) -> [(id: UInt64, waiter: Waiter)] {
        let expired = waiting.filter { entry in entry.value.deadline.map { $0 <= now } ?? false }
        for id in expired.keys { waiting[id] = nil }
        return expired.sorted { $0.key < $1.key }.map { ($0.key, $0.value.waiter) }
    }

    /// The first moment at which a call runs out of time.
    var earliestDeadline: Moment? { waiting.values.lazy.compactMap(\.deadline).min() }

    /// Settles every call, oldest first; those whose numbers match a condition apart from the others.
    mutating func removeAll(where matches: (UInt64) -> Bool) -> (matching: [Waiter], others: [Waiter]) {
        var (matching, others): ([Waiter], [Waiter]) = ([], [])
        for (id, entry) in waiting.sorted(by: { $0.key < $1.key }) {
            if matches(id) { matching.append(entry.waiter) } else { others.append(entry.waiter) }
        }
        waiting = [:]
        return (matching, others)
    }
}

/// A call or a notification as it is written.
struct OutgoingCall: Sendable {
    let method: String
    let arguments: [UInt8]
    /// The references among the arguments; `nil` for none.
    let references: ReferenceNumbers?
    /// How many milliseconds are left until ``sharedDeadline``.
    private(set) var timeout: UInt64?
    /// When the caller's time runs out, which the call says to the other side; `nil` for no limit.
    var sharedDeadline: Moment?
    /// When the caller stops waiting.
    var deadline: Moment?
    var flags: CallFlags = []
    var depth = 0
}

extension OutgoingCall {
    init(_ method: String, _ arguments: [UInt8], _ references: ReferenceNumbers? = nil) {
        self.method = method
        self.arguments = arguments
        self.references = references
    }

    /// Counts what is left of the time that the call says.
    mutating func setTimeout(at now: @autoclosure () -> Moment) throws(CallError) {
        guard let sharedDeadline else { return }
        let left = sharedDeadline.timeLeft(at: now())
        guard left > .zero else {
            throw CallError(.deadlineExceeded, "The time for the call has run out", ran: .no)
        }
        let (seconds, attoseconds) = left.components
        timeout = UInt64(seconds) * 1_000 + UInt64(attoseconds) / 1_000_000_000_000_000 + 1
    }
}
