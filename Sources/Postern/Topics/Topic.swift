import Synchronization

/// A named feed of events, which are delivered to all subscribers in the same order.
///
/// Each event has an offset, consecutive from 1. The epoch of a topic is a random text that is chosen when the topic is
/// created, so it changes when a server restarts. Epoch and offset form a ``StreamPosition``, at which a subscriber can
/// resume later if the history still reaches back that far.
public final class Topic: Sendable {
    /// The path of the topic, names joined by `/`.
    package let path: String
    /// A description for people.
    package let documentation: String?
    /// The type of the events; `nil` if it is not declared.
    let event: RegisteredMethod.Content.Kind?
    /// The identifier of the history.
    package let epoch: String

    private struct State: ~Copyable {
        var history: TopicHistory
        var unread = UnreadEvents()
        /// The maximum number of unread events.
        var mostUnread: Int
        /// The number of subscriptions that have not ended.
        var subscriberCount = 0
        /// The subscribers that have read everything and wait.
        var waiting: [UInt64: Waiter] = [:]
        /// The last offsets of the subscriptions that have ended and are not freed.
        var ends: [UInt64: UInt64] = [:]
        var nextID: UInt64 = 0
        /// The last offset for all subscriptions; `nil` before the topic is closed.
        var closing: UInt64?

        /// Returns the last offset of a subscription; `nil` if it has not ended.
        func end(of id: UInt64) -> UInt64? { ends[id] ?? closing }
    }

    private typealias Waiter = Suspension<StreamItem?>

    private let state: Mutex<State>

    init(
        path: String,
        of event: RegisteredMethod.Content.Kind? = nil,
        documentation: String?,
        history: TopicHistory.Limits
    ) {
        self.path = path
        self.event = event
        self.documentation = documentation
        epoch = String(UInt64.random(in: .min ... .max), radix: 36)
        let mostUnread = max(Self.unreadEvents, history.events)
        state = Mutex(State(history: TopicHistory(limits: history), mostUnread: mostUnread))
    }

    /// Publishes one event.
    ///
    /// The event is encoded once, as MessagePack. Publishing never waits for a subscriber. After the topic was removed
    /// from its router, events are not delivered.
    ///
    /// - Parameter value: The event.
    /// - Returns: The offset of the event.
    /// - Throws: `.notEncodable` or `.limitExceeded` if the event cannot be encoded.
    @discardableResult
    public func publish(_ value: some Encodable & Sendable) throws(PayloadError) -> UInt64 {
        publish(encoded: try Payload(encoding: value, as: MessagePack.self))
    }

    /// Publishes an encoded event, in any encoding.
    ///
    /// - Returns: The offset of the event.
    @discardableResult
    package func publish(encoded payload: Payload) -> UInt64 {
        let now = ContinuousClock.now
        let (item, waiting) = state.withLock { state in
            let item = StreamItem(payload, offset: state.history.append(payload, at: now))
            let waiting = exchange(&state.waiting, with: [:])
            let readers = state.subscriberCount - waiting.count
            state.unread.append(payload, readers: readers, atMost: state.mostUnread)
            return (item, waiting)
        }
        // After the lock is released, because a reader may continue on this thread.
        Self.resume(waiting, with: item)
        return item.offset ?? 0
    }

    /// Resumes readers, many of them by a task: the publisher may be a handler on an event loop.
    private static func resume(_ waiting: [UInt64: Waiter], with item: StreamItem) {
        for waiter in waiting.values.prefix(resumedAtOnce) { waiter.resume(returning: item) }
        guard waiting.count > resumedAtOnce else { return }
        Task.detached {
            for waiter in waiting.values.dropFirst(resumedAtOnce) { waiter.resume(returning: item) }
        }
    }

    /// The number of readers that a publisher resumes itself, which takes about a millisecond.
    private static let resumedAtOnce = 1_000
    /// The maximum number of unread events of a subscription by default.
    package static let unreadEvents = 1_024

    /// Subscribes to the topic.
    ///
    /// Every event that is published after this call is delivered to the subscription.
    ///
    /// - Parameters:
    ///   - since: The position of an earlier subscription. If the history reaches back that far, the missed events are
    ///     delivered first. Otherwise the subscription starts with the next event, and
    ///     ``TopicSubscription/isRecovered`` is `false`.
    ///   - buffering: The maximum number of unread events, if no more are delivered first, above which the oldest are
    ///     dropped. The subscribers of a topic share the events, which have at most 32 MiB.
    /// - Returns: The subscription.
    package func subscribe(since: StreamPosition? = nil, buffering: Int = Topic.unreadEvents) -> TopicSubscription {
        let now = ContinuousClock.now
        return state.withLock { state in
            // Reading the history and joining are one step: no event is delivered twice or lost in between.
            var past: [StreamItem]?
            if state.closing == nil, let since, since.epoch == epoch {
                past = state.history.events(after: since.offset, at: now)
            }
            let start = past == nil ? state.history.lastOffset : since?.offset ?? state.history.lastOffset
            state.mostUnread = max(state.mostUnread, buffering)
            state.unread.addReader(of: past ?? [])
            if state.closing == nil { state.subscriberCount += 1 }
            state.nextID += 1
            return TopicSubscription(
                position: StreamPosition(epoch: epoch, offset: start),
                isRecovered: since == nil || past != nil,
                lease: TopicSubscription.Lease(
                    topic: self,
                    id: state.nextID,
                    next: start + 1,
                    capacity: max(buffering, past?.count ?? 0, 1)
                )
            )
        }
    }

    /// The position after the last event.
    ///
    /// A snapshot that a method returns together with this position can be kept current by a subscription from there.
    public var position: StreamPosition {
        StreamPosition(epoch: epoch, offset: state.withLock { $0.history.lastOffset })
    }

    /// The number of current subscribers.
    package var subscriberCount: Int { state.withLock { $0.subscriberCount } }

    /// Ends all subscriptions, after their unread events, and rejects later ones.
    package func close() {
        let waiting = state.withLock { state in
            if state.closing == nil { state.closing = state.history.lastOffset }
            state.subscriberCount = 0
            return exchange(&state.waiting, with: [:])
        }
        for waiter in waiting.values { waiter.resume(returning: nil) }
    }
}

/// The subscriptions.
extension Topic {
    /// Waits for the next event of a subscription, and returns it, or `nil` if the subscription has ended or another
    /// reader of it waits.
    func next(of lease: TopicSubscription.Lease) async -> StreamItem? {
        await Suspension.wait { continuation in
            let (item, mustWait) = state.withLock { state in
                if let item = Self.read(lease, &state) { return (item as StreamItem?, false) }
                // The subscription has one reader; a second one would overwrite the continuation of the first.
                if state.end(of: lease.id) != nil || state.waiting[lease.id] != nil { return (nil, false) }
                state.waiting[lease.id] = continuation
                // The reader is resumed with the next event, and reads those after it.
                lease.next.store(state.unread.nextOffset + 1, ordering: .relaxed)
                return (nil, true)
            }
            // Resumed after the lock is released, because the reader may continue on this thread.
            if !mustWait { continuation.resume(returning: item) }
        }
    }

    /// Returns the next unread event of a subscription, with the number of those before it that were dropped.
    private static func read(_ lease: TopicSubscription.Lease, _ state: inout State) -> StreamItem? {
        let next = lease.next.load(ordering: .relaxed)
        let end = state.end(of: lease.id).map { $0 + 1 } ?? state.unread.nextOffset
        guard next < end else { return nil }
        let offset = max(next, state.unread.firstOffset, end - min(end, UInt64(lease.capacity)))
        lease.next.store(offset + 1, ordering: .relaxed)
        state.unread.removeReader(from: next, upTo: offset)
        guard offset < end else { return nil }
        var item = state.unread.read(offset)
        item.lost = offset - next
        return item
    }

    /// Ends a subscription; unread events can still be read.
    func end(_ lease: TopicSubscription.Lease) {
        let waiter = state.withLock { state in
            guard state.end(of: lease.id) == nil else { return Waiter?.none }
            state.ends[lease.id] = state.history.lastOffset
            state.subscriberCount -= 1
            return state.waiting.removeValue(forKey: lease.id)
        }
        waiter?.resume(returning: nil)
    }

    /// Removes a subscription that cannot be read any more.
    func remove(_ lease: TopicSubscription.Lease) {
        state.withLock { state in
            let end = state.end(of: lease.id)
            if end == nil { state.subscriberCount -= 1 }
            let next = lease.next.load(ordering: .relaxed)
            state.unread.removeReader(from: next, upTo: end.map { $0 + 1 } ?? state.unread.nextOffset)
            state.ends[lease.id] = nil
        }
    }
}
