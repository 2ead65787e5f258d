import Synchronization

/// A named feed: what is published reaches everyone who has subscribed, in the same order.
///
/// Each event has an offset, counted from 1 without holes, and the topic an epoch, a random text that tells one life of
/// the topic from the next. Both together name a place from which a reader may go on later, as far as the history
/// reaches.
public final class Topic: Sendable {
    /// Names joined by `/`.
    package let path: String
    /// What it is about, for people.
    package let documentation: String?
    /// Tells this history from those before.
    package let epoch: String

    private struct State {
        var history: TopicHistory
        var subscribers: [UInt64: SubscriptionBuffer] = [:]
        var nextID: UInt64 = 0
        var isClosed = false
    }

    private let state: Mutex<State>

    init(path: String, documentation: String?, history: TopicHistory.Limits) {
        self.path = path
        self.documentation = documentation
        epoch = String(UInt64.random(in: .min ... .max), radix: 36)
        state = Mutex(State(history: TopicHistory(limits: history)))
    }

    /// Publishes one event.
    ///
    /// It is encoded once, as MessagePack. Never waits for a subscriber. After `close()` it reaches nobody.
    ///
    /// - Returns: The offset of the event.
    /// - Throws: `.notEncodable`, `.limitExceeded`.
    @discardableResult
    public func publish(_ value: some Encodable & Sendable) throws(PayloadError) -> UInt64 {
        publish(encoded: try Payload(encoding: value, as: MessagePack.self))
    }

    /// Publishes one event that is encoded already, in any encoding.
    ///
    /// - Returns: The offset of the event.
    @discardableResult
    package func publish(encoded payload: Payload) -> UInt64 {
        let now = ContinuousClock.now
        let (item, waiters) = state.withLock { state in
            let item = StreamItem(payload, offset: state.history.append(payload, at: now))
            // Pushed under the lock, so that all buffers have the same order; woken up after it.
            return (item, state.subscribers.values.compactMap { $0.push(item) })
        }
        for waiter in waiters { waiter.resume(returning: item) }
        return item.offset ?? 0
    }

    /// Joins the readers.
    ///
    /// - Parameters:
    ///   - since: Where an earlier subscription ended. When the history reaches back that far, what was missed comes
    ///     first; otherwise the subscription begins with the next event, and ``TopicSubscription/isRecovered`` says so.
    ///   - buffering: How many events may wait for the reader.
    /// - Returns: The subscription, joined before this returns.
    package func subscribe(since: StreamPosition? = nil, buffering: Int = 1024) -> TopicSubscription {
        let now = ContinuousClock.now
        return state.withLock { state in
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

    /// The place after the last event.
    public var position: StreamPosition {
        StreamPosition(epoch: epoch, offset: state.withLock { $0.history.lastOffset })
    }

    /// How many read it now.
    package var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// Ends every subscription, after the events that wait for it, and all that come later.
    package func close() {
        let buffers = state.withLock { state in
            state.isClosed = true
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
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
