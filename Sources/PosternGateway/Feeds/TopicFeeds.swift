import LibWebSockets
import Postern
import PosternJSONRPC

/// Whoever reads one topic through the gateway: a subscription of a WebSocket session, or an SSE stream.
protocol TopicReader: AnyObject {
    /// The subscription begins at this place.
    func topicJoined(at position: StreamPosition)
    /// There is no such topic, or it cannot be reached.
    func topicRefused(_ error: CallError)
    /// An event, encoded once for all readers, and where it stands.
    func topicEvent(_ event: TopicEvent, at position: StreamPosition)
    /// Events were lost on the way to the gateway.
    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition)
    /// The topic has ended.
    func topicEnded(_ error: CallError?)
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
    func join(_ topic: String, _ reader: any TopicReader) {
        if let feed = feeds[topic] { return feed.add(reader) }
        let feed = TopicFeed(topic: topic, loop: loop) { [weak self] in self?.feeds[topic] = nil }
        feeds[topic] = feed
        feed.add(reader)
        feed.start(dispatcher)
    }

    /// Ends a subscription; the last reader to leave ends the feed.
    func leave(_ topic: String, _ reader: any TopicReader) {
        feeds[topic]?.remove(reader)
    }
}
