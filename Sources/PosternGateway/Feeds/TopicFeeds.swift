import LibWebSockets
import Postern
import PosternJSONRPC

/// The topics that the connections of one loop read, with one upstream subscription per topic for all its readers.
///
/// All members must be used on the loop's thread.
final class TopicFeeds {
    private let loop: EventLoop
    private let dispatcher: any Dispatcher
    private let makeWriter: (_ topic: String) -> EventWriter
    private let catchUpQueue: CatchUpQueue
    private var feeds: [String: TopicFeed] = [:]

    init(loop: EventLoop, dispatcher: any Dispatcher, makeWriter: @escaping (_ topic: String) -> EventWriter) {
        self.loop = loop
        self.dispatcher = dispatcher
        self.makeWriter = makeWriter
        catchUpQueue = CatchUpQueue(loop)
    }

    /// The number of topics that are read.
    var count: Int { feeds.count }

    /// Subscribes a reader to a topic.
    ///
    /// - Parameters:
    ///   - topic: The path of the topic.
    ///   - reader: The reader, which is notified of success or failure, now or later.
    ///   - since: The position of the last event that the reader has; `nil` to begin with the next event.
    func join(_ topic: String, _ reader: any TopicReader, since: StreamPosition? = nil) {
        if let feed = feeds[topic] { return feed.add(reader, since: since) }
        let source = TopicSource(topic: topic, dispatcher: dispatcher)
        let feed = TopicFeed(source, loop: loop, writer: makeWriter(topic), catchUpQueue: catchUpQueue) { [weak self] in
            self?.feeds[topic] = nil
        }
        feeds[topic] = feed
        feed.add(reader, since: since)
        feed.start()
    }

    /// Ends the subscription of a reader.
    func leave(_ topic: String, _ reader: any TopicReader) {
        feeds[topic]?.remove(reader)
    }
}
