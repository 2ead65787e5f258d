/// Calls that wait because the other side has no room for them, and everything that waits for the handshake.
///
/// Calls leave in their order, the deepest first. None waits while only calls of lower depth are in flight: a call in
/// flight depends on deeper ones only, so the one at least as deep ends, and two sides never wait for each other.
struct WaitingRoom<Waiter: Sendable>: Sendable {
    struct Message: Sendable {
        /// The number of the call; `nil` for a notification.
        let id: UInt64?
        var call: OutgoingCall
        let waiter: Waiter
        /// When it stops waiting, whatever its deadline is.
        let end: Moment?

        fileprivate var isNotification: Bool { id == nil }
        fileprivate var earliestEnd: Moment? { [call.deadline, end].compactMap(\.self).min() }
    }

    private var messages = Queue<Message>()
    /// How many calls the other side serves at once.
    private var limit = 0
    private(set) var notificationCount = 0
    private var nestedCount = 0
    private(set) var byteCount = 0
    /// Whether the handshake is done, and everything has left that waited for it.
    private(set) var isOpen = false
    /// The number of calls in flight below which a call leaves at once; 0 while others wait before it.
    private var outerRoom = 0
    /// The same for a call that is made while another one is served.
    private var nestedRoom = 0

    var isEmpty: Bool { messages.isEmpty }
    var callCount: Int { messages.count - notificationCount }
    /// Whether there is nothing that might leave.
    var hasNothingToSend: Bool { isOpen && messages.isEmpty }

    /// The number of calls in flight below which a call of this depth leaves at once.
    @inline(__always)
    func room(atDepth depth: Int) -> Int { depth == 0 ? outerRoom : nestedRoom }

    /// The depth of the deepest call that waits; 0 for none.
    var greatestDepth: Int { nestedCount == 0 ? 0 : messages.elements.reduce(0) { max($0, $1.call.depth) } }

    /// Sets how many calls the other side serves at once; from here on messages leave.
    ///
    /// At least one is sent at a time, so that a side without room answers instead of none being asked.
    mutating func open(limit: Int) {
        self.limit = max(limit, 1)
        isOpen = true
        updateRoom()
    }

    mutating func append(_ message: Message) {
        messages.append(message)
        count(message, by: 1)
    }

    /// Removes the next message that may leave; `nil` when there is none, or no room for it.
    mutating func takeNext(inFlight count: Int) -> Message? {
        guard isOpen, let first = messages.first else { return nil }
        let message: Message?
        if notificationCount > 0 {
            // Only behind the handshake: in the order in which they came, but notifications need no room.
            let isFirst = first.isNotification || count < maximumCalls(atDepth: first.call.depth)
            message = isFirst ? messages.take() : messages.remove { $0.isNotification }
        } else {
            let depth = greatestDepth
            guard count < maximumCalls(atDepth: depth) else { return nil }
            message = depth == 0 ? messages.take() : messages.remove { $0.call.depth == depth }
        }
        if let message { self.count(message, by: -1) }
        return message
    }

    /// Removes a call whose caller no longer waits.
    mutating func remove(_ id: UInt64) -> Waiter? {
        guard !isEmpty, let message = messages.remove(where: { $0.id == id }) else { return nil }
        count(message, by: -1)
        return message.waiter
    }

    /// Removes every message whose time to wait is over.
    mutating func expire(at now: Moment) -> [Message] {
        var expired: [Message] = []
        while let message = messages.remove(where: { $0.earliestEnd.map { $0 <= now } ?? false }) {
            count(message, by: -1)
            expired.append(message)
        }
        return expired
    }

    /// The first moment at which a message stops waiting.
    var earliestEnd: Moment? { messages.elements.compactMap(\.earliestEnd).min() }

    /// Moves the deadline of a call; false when it does not wait here.
    mutating func setDeadline(_ deadline: Moment?, of id: UInt64) -> Bool {
        messages.change(where: { $0.id == id }) { $0.call.deadline = deadline }
    }

    /// Removes everything, in order.
    mutating func removeAll() -> [Waiter] {
        defer {
            messages = Queue()
            (notificationCount, nestedCount, byteCount) = (0, 0, 0)
            updateRoom()
        }
        return messages.elements.map(\.waiter)
    }

    /// What calls of depth 0 leave free for calls that are made while one is served.
    private var reserve: Int { limit == 1 ? 0 : max(limit / 16, 1) }

    private func maximumCalls(atDepth depth: Int) -> Int { depth == 0 ? limit - reserve : limit }

    private mutating func count(_ message: Message, by difference: Int) {
        if message.isNotification { notificationCount += difference }
        if message.call.depth > 0 { nestedCount += difference }
        byteCount += difference * message.call.arguments.count
        updateRoom()
    }

    private mutating func updateRoom() {
        guard isOpen else { return }
        outerRoom = isEmpty ? maximumCalls(atDepth: 0) : 0
        nestedRoom = nestedCount == 0 ? limit : 0
    }
}
