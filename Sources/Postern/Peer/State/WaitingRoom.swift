internal import PosternQueues

/// Messages that cannot be sent yet: calls for which the remote peer has no room, and all messages before the handshake
/// is finished.
///
/// Calls are sent in their order, the deepest first. No call waits while only calls of lower depth are in flight. A
/// call in flight depends on deeper ones only, so a call in flight that is at least as deep ends eventually, and two
/// peers never wait for each other.
struct WaitingRoom<Waiter: Sendable>: Sendable {
    /// A call or notification that waits.
    struct Message: Sendable {
        /// The identifier of the call, or `nil` for a notification.
        let id: UInt64?
        var call: OutgoingCall
        let waiter: Waiter
        /// The moment at which it stops waiting, whatever its deadline is.
        let end: Moment?

        fileprivate var isNotification: Bool { id == nil }
        fileprivate var earliestEnd: Moment? { [call.deadline, end].compactMap(\.self).min() }
    }

    private var messages = Queue<Message>()
    /// The number of calls that the remote peer serves at once.
    private var limit = 0
    /// The number of calls with a depth above 0.
    private(set) var notificationCount = 0
    private var nestedCount = 0
    private(set) var byteCount = 0
    /// Whether the handshake is finished.
    private(set) var isOpen = false
    /// The number of calls in flight below which a call of depth 0 is sent at once; 0 while other messages wait.
    private var outerRoom = 0
    /// The number of calls in flight below which a deeper call is sent at once; 0 while other deep calls wait.
    private var nestedRoom = 0

    var isEmpty: Bool { messages.isEmpty }
    var callCount: Int { messages.count - notificationCount }
    /// Whether no message can be sent: none waits, and the handshake is finished.
    var hasNothingToSend: Bool { isOpen && messages.isEmpty }

    /// Returns the number of calls in flight below which a call of this depth is sent at once.
    @inline(__always)
    func room(atDepth depth: Int) -> Int { depth == 0 ? outerRoom : nestedRoom }

    /// The depth of the deepest call that waits, or 0 if there is none.
    var greatestDepth: Int { nestedCount == 0 ? 0 : messages.elements.reduce(0) { max($0, $1.call.depth) } }

    /// Sets the number of calls that the remote peer serves at once, and allows messages to be sent.
    ///
    /// At least one call is sent at a time, so that a remote peer without room answers it instead of never being asked.
    mutating func open(limit: Int) {
        self.limit = max(limit, 1)
        isOpen = true
        updateRoom()
    }

    mutating func append(_ message: Message) {
        messages.append(message)
        count(message, by: 1)
    }

    /// Removes the next message that can be sent.
    ///
    /// Returns `nil` if there is none or no room for it.
    mutating func takeNext(inFlight count: Int) -> Message? {
        guard isOpen, let first = messages.first else { return nil }
        let message: Message?
        if notificationCount > 0 {
            // Only after the handshake do notifications wait here. They need no room, so they may overtake a call that
            // does.
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

    /// Removes every message whose deadline or maximum time has passed.
    mutating func expire(at now: Moment) -> [Message] {
        var expired: [Message] = []
        while let message = messages.remove(where: { $0.earliestEnd.map { $0 <= now } ?? false }) {
            count(message, by: -1)
            expired.append(message)
        }
        return expired
    }

    /// The earliest moment at which a message stops waiting.
    var earliestEnd: Moment? { messages.elements.compactMap(\.earliestEnd).min() }

    /// Changes the deadline of a call.
    ///
    /// Returns `false` if the call does not wait here.
    mutating func setDeadline(_ deadline: Moment?, of id: UInt64) -> Bool {
        messages.change(where: { $0.id == id }) { $0.call.deadline = deadline }
    }

    /// Removes all messages, and returns their waiters in order.
    mutating func removeAll() -> [Waiter] {
        defer {
            messages = Queue()
            (notificationCount, nestedCount, byteCount) = (0, 0, 0)
            updateRoom()
        }
        return messages.elements.map(\.waiter)
    }

    /// The number of calls by which calls of depth 0 stay below the limit, so that calls made while serving find room.
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
