import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// A stream of server-sent events for one client, with the events of a topic or the items of a stream method.
///
/// Every `data:` line is the JSON-RPC notification that a WebSocket client would receive. If the client reads too
/// slowly, a stream method is suspended. A topic cannot be suspended, so its stream ends: the client reconnects, and
/// continues after the last event that it has received.
final class EventStream: TopicReader {
    private let exchange: HTTPExchange
    private let context: LoopContext
    private let items: StreamReader<Int>
    /// The account of the connection, which has left the exchange when the client disconnects; `nil` for a topic.
    private var account: MemoryAccount?
    /// A function that ends the subscription or the reading of items.
    private var onDetach: () -> Void = {}
    /// Whether the head of the response has been sent.
    private var isOpen = false
    /// A timer that ends the stream if the topic stays unreachable.
    private var patience: Task<Void, Never>?
    /// The time that a client waits at this gateway for an unreachable service; then it may reconnect to another one.
    private static let longestWait = Duration.seconds(10)
    /// The header fields of every event stream.
    static let headers: [(name: String, value: String)] = [
        ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"),
        ("X-Content-Type-Options", "nosniff"), JSONHeaders.resourcePolicy,
    ]

    init(_ exchange: HTTPExchange, _ context: LoopContext) {
        self.exchange = exchange
        self.context = context
        items = StreamReader(context.loop)
    }

    /// Streams a topic, for a client that reconnects from its last event on.
    func join(_ topic: String) {
        guard !context.readiness.isDraining else { return end() }
        let since = exchange.request["last-event-id"].flatMap(StreamPosition.init(lastEventID:))
        begin { [self] in context.feeds.leave(topic, self) }
        context.feeds.join(topic, self, since: since)
    }

    /// Streams the items of a method, whose handler holds its arguments meanwhile.
    func open(_ stream: ReplyStream, of method: String, _ argumentBytes: Int) {
        begin { [self] in items.close() }
        account = exchange.account
        account?.set(MemoryKind.bytes(ofArguments: argumentBytes), for: .arguments)
        let limit = context.configuration.messages.responseBytes
        items.onItem = { [self] _, item in
            // An item that is too large or cannot be written as JSON ends the stream.
            guard let event = try? StreamNotification.item(item, of: method, atMost: limit) else { return end() }
            write(id: nil) { event.append(subscriptionID: Self.subscriptionID.span, into: &$0) }
            if exchange.isCrowded { items.hold() }
        }
        exchange.onOutputDrained = { [items] in items.release() }
        items.onEnd = { [self] _, error in
            let error = error.map { context.reported($0) }
            write(id: nil) { StreamNotification.appendEnd(error, of: method, Self.subscriptionID, into: &$0) }
            end()
        }
        open()
        items.start(0, stream)
    }

    /// Sends a comment, which keeps proxies and clients from closing an idle connection.
    func sendHeartbeat() { exchange.write { $0.append(contentsOf: ":\n\n".utf8) } }

    /// Ends the stream, upon which the client reconnects.
    ///
    /// A stream that has not begun is sent empty with status 200: the `EventSource` of a browser does not reconnect
    /// after any other status.
    func end() {
        detach()
        if isOpen { writeRetry() } else { open() }
        exchange.end()
    }

    private func open() {
        guard !isOpen else { return }
        isOpen = true
        exchange.beginStream(.ok, headers: Self.headers)
        writeRetry()
    }

    /// Sends the time in milliseconds after which the client reconnects, which is random so that the clients of a
    /// server that has stopped do not reconnect simultaneously.
    private func writeRetry() {
        let milliseconds = Int.random(in: 1_000...3_000)
        exchange.write { $0.append(contentsOf: "retry: \(milliseconds)\n\n".utf8) }
    }

    private func begin(onDetach: @escaping () -> Void) {
        self.onDetach = onDetach
        context.add(self)
        // Weak, since the stream holds the exchange.
        exchange.onDisconnect = { [weak self] in self?.detach() }
        // Streams end with the sessions of the loop, after the calls.
        exchange.onInterrupt = nil
    }

    /// Unregisters the stream from its source and its loop.
    private func detach() {
        patience?.cancel()
        account?.set(0, for: .arguments)
        context.remove(self)
        onDetach()
        onDetach = {}
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

    func topicJoined(at position: StreamPosition, recovered: Bool?) {
        patience?.cancel()
        open()
        exchange.write { $0.append(contentsOf: "id: \(position.epoch):\(position.offset)\n: open\n\n".utf8) }
    }

    func topicRefused(_ error: CallError) {
        // A client may retry by reconnecting. A final error needs a status, which can be sent only before the stream.
        guard !isOpen, !error.code.isRetryable else { return end() }
        detach()
        let status: HTTPStatus = error.code == .invalidParameters ? .notFound : .serviceUnavailable
        exchange.respond(HTTPError.response(status, error.code, error.message))
    }

    func topicUnreachable(_ error: CallError) -> Bool {
        guard !isOpen else { return true }
        open()
        // A comment: clients ignore it, and a person at a terminal sees the reason.
        exchange.write { $0.append(contentsOf: ": the service is not reachable\n\n".utf8) }
        let stream = LoopBound(self, on: context.loop)
        let limit = Self.longestWait
        patience = Task(executorPreference: context.loop) {
            try? await Task.sleep(for: limit.clamped)
            if !Task.isCancelled { stream.loop.execute { stream.value.end() } }
        }
        return true
    }

    var client: ObjectIdentifier { ObjectIdentifier(exchange) }

    var queuedBytes: Int { exchange.queuedBytes }

    func topicEvent(_ event: TopicEvent, at position: StreamPosition) {
        write(id: position) { event.append(subscriptionID: Self.subscriptionID.span, into: &$0) }
        endIfBehind()
    }

    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition) {
        write(id: position) { StreamNotification.append(gap, Self.subscriptionID, into: &$0) }
        endIfBehind()
    }

    /// Ends the stream if the client reads more slowly than the topic publishes.
    private func endIfBehind() {
        // A burst may exceed the limit within one turn, while the socket's buffer still has room.
        guard exchange.isCrowded, exchange.isBlocked else { return }
        context.reportSlowEventStream(of: exchange.remoteAddress)
        end()
    }

    func topicEnded(_ error: CallError?) { end() }

    private static let subscriptionID = Array("sse".utf8)
}

extension StreamPosition {
    /// Parses the `id` of an event; `nil` for an empty text, which identifies no event.
    ///
    /// A text in another form becomes a position of an unknown epoch, so that the client is notified of missing events.
    init?(lastEventID text: String) {
        guard !text.isEmpty else { return nil }
        guard let colon = text.lastIndex(of: ":"), let offset = UInt64(text[text.index(after: colon)...]) else {
            self.init(epoch: text, offset: 0)
            return
        }
        self.init(epoch: String(text[..<colon]), offset: offset)
    }
}
