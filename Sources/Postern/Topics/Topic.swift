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

    private struct State {
        var history: TopicHistory
        var subscribers: [UInt64: SubscriptionBuffer] = [:]
        var nextID: UInt64 = 0
        var isClosed = false
    }

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
        state = Mutex(State(history: TopicHistory(limits: history)))
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
        let (item, waiters) = state.withLock { state in
            let item = StreamItem(payload, offset: state.history.append(payload, at: now))
            // Pushed under the lock, so that all buffers have the same order. Readers are resumed after it.
            return (item, state.subscribers.values.compactMap { $0.push(item) })
        }
        for waiter in waiters { waiter.resume(returning: item) }
        return item.offset ?? 0
    }

    /// Subscribes to the topic.
    ///
    /// Every event that is published after this call is delivered to the subscription.
    ///
    /// - Parameters:
    ///   - since: The position of an earlier subscription. If the history reaches back that far, the missed events are
    ///     delivered first. Otherwise the subscription starts with the next event, and
    ///     ``TopicSubscription/isRecovered`` is `false`.
    ///   - buffering: The maximum number of unread events, which have at most 32 MiB together.
    /// - Returns: The subscription.
    package func subscribe(since: StreamPosition? = nil, buffering: Int = 1024) -> TopicSubscription {
        let now = ContinuousClock.now
        return state.withLock { state in
            // Reading the history and joining are one step: no event is delivered twice or lost in between.
            var past: [StreamItem]?
            if let since, since.epoch == epoch { past = state.history.events(after: since.offset, at: now) }
            let start = past == nil ? state.history.lastOffset : since?.offset ?? state.history.lastOffset
            return TopicSubscription(
                position: StreamPosition(epoch: epoch, offset: start),
                isRecovered: since == nil || past != nil,
                lease: join(&state, SubscriptionBuffer(past: past ?? [], capacity: buffering))
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
    package var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// Ends all subscriptions, after their unread events, and rejects later ones.
    package func close() {
        let buffers = state.withLock { state in
            state.isClosed = true
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
        // Ended after the lock is released, because this resumes readers.
        for buffer in buffers { buffer.end() }
    }

    private func join(_ state: inout State, _ buffer: SubscriptionBuffer) -> TopicSubscription.Lease {
        guard !state.isClosed else {
            buffer.end()
            return TopicSubscription.Lease(buffer: buffer) {}
        }
        let id = state.nextID
        state.nextID += 1
        state.subscribers[id] = buffer
        return TopicSubscription.Lease(buffer: buffer) { [weak self] in self?.leave(id) }
    }

    private func leave(_ id: UInt64) { state.withLock { _ = $0.subscribers.removeValue(forKey: id) } }
}
