import LibWebSockets
import Postern
import PosternJSONRPC

/// Whoever reads topics through the gateway: a WebSocket session or an SSE stream.
protocol TopicReader: AnyObject {
    /// The subscription begins at this place.
    func topicJoined(_ subscription: SubscriptionTicket, at position: StreamPosition)
    /// There is no such topic, or it cannot be reached.
    func topicRefused(_ subscription: SubscriptionTicket, _ error: CallError)
    /// An event, encoded once for all readers.
    func topicEvent(_ event: TopicEvent, for subscription: SubscriptionTicket)
    /// Events were lost on the way to the gateway.
    func topicGap(_ gap: TopicGap, for subscription: SubscriptionTicket)
    /// The topic has ended.
    func topicEnded(_ subscription: SubscriptionTicket, _ error: CallError?)
}

/// The topics that one loop's connections read: one stream from the dispatcher for each, whoever many read it.
///
/// All members belong to the loop's thread.
final class TopicFeeds {
    private let loop: EventLoop
    private let dispatcher: any Dispatcher
    private var feeds: [String: TopicFeed] = [:]

    init(loop: EventLoop, dispatcher: any Dispatcher) {
        self.loop = loop
        self.dispatcher = dispatcher
    }

    /// Subscribes a reader; it is told of success or failure, now or later.
    func join(_ topic: String, _ reader: any TopicReader, _ subscription: SubscriptionTicket) {
        if let feed = feeds[topic] { return feed.add(reader, subscription) }
        let feed = TopicFeed(topic: topic, loop: loop) { [weak self] in self?.feeds[topic] = nil }
        feeds[topic] = feed
        feed.add(reader, subscription)
        feed.start(dispatcher)
    }

    /// Ends a subscription; the last reader to leave ends the feed.
    func leave(_ topic: String, _ reader: any TopicReader, _ subscription: SubscriptionTicket) {
        feeds[topic]?.remove(reader, subscription)
    }

    /// Ends everything, at the end of the gateway.
    func close() { for feed in feeds.values { feed.stop() } }
}
