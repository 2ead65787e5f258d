import LibWebSockets
import Postern
import PosternJSONRPC

/// One client that reads server-sent events: a topic, or what a stream method gives.
///
/// Every `data:` line is one JSON-RPC notification, as a WebSocket would carry it.
final class EventStream: TopicReader {
    private let exchange: HTTPExchange
    private let context: LoopContext
    private let items: StreamReader<Int>
    private var onLeave: () -> Void = {}
    /// The header fields of every stream.
    static let headers: [(name: String, value: String)] = [
        ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"),
        ("X-Content-Type-Options", "nosniff"), JSONHeaders.resourcePolicy,
    ]

    init(_ exchange: HTTPExchange, _ context: LoopContext) {
        self.exchange = exchange
        self.context = context
        items = StreamReader(context.loop)
    }

    /// Streams a topic.
    func join(_ topic: String) {
        begin { [self] in context.feeds.leave(topic, self) }
        context.feeds.join(topic, self)
    }

    /// Streams the result of a method.
    func open(_ stream: ReplyStream, of method: String) {
        begin { [self] in items.close() }
        items.onItem = { [self] _, item in
            guard let event = try? StreamNotification.item(item, of: method) else { return end() }
            write(id: nil) { event.append(subscriptionID: Self.subscriptionID.span, into: &$0) }
        }
        items.onEnd = { [self] _, error in
            let error = error.map { context.reported($0) }
            write(id: nil) { StreamNotification.appendEnd(error, of: method, Self.subscriptionID, into: &$0) }
            end()
        }
        exchange.beginStream(.ok, headers: Self.headers)
        items.start(0, stream)
    }

    /// Sends a comment, so that proxies and clients see that the stream lives.
    func sendHeartbeat() { exchange.write { $0.append(contentsOf: ":\n\n".utf8) } }

    /// Ends the stream; the client comes back.
    func end() {
        leave()
        exchange.end()
    }

    private func begin(onLeave: @escaping () -> Void) {
        self.onLeave = onLeave
        context.add(self)
        exchange.onDisconnect = { [weak self] in self?.leave() }
    }

    private func leave() {
        context.remove(self)
        onLeave()
        onLeave = {}
    }

    private func write(id: StreamPosition?, _ data: (inout [UInt8]) -> Void) {
        exchange.write { output in
            if let id { output.append(contentsOf: "id: \(id.epoch):\(id.offset)\n".utf8) }
            output.append(contentsOf: "data: ".utf8)
            data(&output)
            output.append(contentsOf: "\n\n".utf8)
        }
    }

    // MARK: TopicReader

    func topicJoined(at position: StreamPosition) {
        exchange.beginStream(.ok, headers: Self.headers)
        exchange.write { $0.append(contentsOf: "id: \(position.epoch):\(position.offset)\n: open\n\n".utf8) }
    }

    func topicRefused(_ error: CallError) {
        leave()
        let status: HTTPStatus = error.code == .invalidParameters ? .notFound : .serviceUnavailable
        exchange.respond(HTTPError.response(status, error.code, error.message))
    }

    func topicEvent(_ event: TopicEvent, at position: StreamPosition) {
        write(id: position) { event.append(subscriptionID: Self.subscriptionID.span, into: &$0) }
    }

    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition) {
        write(id: position) { StreamNotification.append(gap, Self.subscriptionID, into: &$0) }
    }

    func topicEnded(_ error: CallError?) { end() }

    private static let subscriptionID = Array("sse".utf8)
}
