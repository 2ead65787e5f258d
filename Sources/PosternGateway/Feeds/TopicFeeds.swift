import LibWebSockets
import Postern
import PosternJSONRPC

/// Whoever reads one topic through the gateway: a subscription of a WebSocket session, or an SSE stream.
protocol TopicReader: AnyObject {
    /// The subscription begins at this place; `recovered` says whether nothing is missing behind the place that the
    /// reader named, and is `nil` if it named none.
    func topicJoined(at position: StreamPosition, recovered: Bool?)
    /// There is no such topic.
    func topicRefused(_ error: CallError)
    /// The topic cannot be reached now; whether the reader waits until it can, otherwise it has been refused.
    func topicUnreachable(_ error: CallError) -> Bool
    /// An event, encoded once for all readers, and where it stands.
    func topicEvent(_ event: TopicEvent, at position: StreamPosition)
    /// Events were lost on the way to the gateway.
    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition)
    /// The topic has ended.
    func topicEnded(_ error: CallError?)
    /// Bytes that wait until the client takes them.
    var queuedBytes: Int { get }
}

/// The topics that one loop's connections read: one stream from the dispatcher for each, whoever many read it.
///
/// All members belong to the loop's thread.
final class TopicFeeds {
    private let loop: EventLoop
    private let dispatcher: any Dispatcher
    private let catchUpQueue = CatchUpQueue()
    private var feeds: [String: TopicFeed] = [:]

    init(loop: EventLoop, dispatcher: any Dispatcher) {
        self.loop = loop
        self.dispatcher = dispatcher
    }

    /// How many topics are read.
    var count: Int { feeds.count }

    /// Subscribes a reader, behind a place if it names one; it is notified of success or failure, now or later.
    func join(_ topic: String, _ reader: any TopicReader, since: StreamPosition? = nil) {
        if let feed = feeds[topic] { return feed.add(reader, since: since) }
        let source = TopicSource(topic: topic, dispatcher: dispatcher)
        let feed = TopicFeed(source, loop: loop, catchUpQueue: catchUpQueue) { [weak self] in self?.feeds[topic] = nil }
        feeds[topic] = feed
        feed.add(reader, since: since)
        feed.start()
    }

    /// Ends a subscription; the last reader to leave ends the feed.
    func leave(_ topic: String, _ reader: any TopicReader) {
        feeds[topic]?.remove(reader)
    }
}
