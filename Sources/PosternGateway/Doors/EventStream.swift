import LibWebSockets
import Postern
import PosternJSONRPC

/// One client that reads server-sent events: a topic, or what a stream method gives.
///
/// Every `data:` line is one JSON-RPC notification, as a WebSocket would carry it. A method waits while much of its
/// output has not left. The stream of a topic, which waits for nothing, ends behind what was written: the client comes
/// back and continues after the last event that it has read.
final class EventStream: TopicReader {
    private let exchange: HTTPExchange
    private let context: LoopContext
    private let items: StreamReader<Int>
    private var onDetach: () -> Void = {}
    private var isOpen = false
    /// Ends the stream when the topic stays out of reach.
    private var patience: Task<Void, Never>?
    /// How long a client waits at this gateway for a service that cannot be reached; then it may find another.
    private static let longestWait = Duration.seconds(10)
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

    /// Streams a topic, from behind the event that a client which comes back has had last.
    func join(_ topic: String) {
        guard !context.readiness.isDraining else { return end() }
        let since = exchange.request["last-event-id"].flatMap(StreamPosition.init(lastEventID:))
        begin { [self] in context.feeds.leave(topic, self) }
        context.feeds.join(topic, self, since: since)
    }

    /// Streams the result of a method.
    func open(_ stream: ReplyStream, of method: String) {
        begin { [self] in items.close() }
        items.onItem = { [self] _, item in
            guard let event = try? StreamNotification.item(item, of: method) else { return end() }
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

    /// Sends a comment, so that proxies and clients see that the stream lives.
    func sendHeartbeat() { exchange.write { $0.append(contentsOf: ":\n\n".utf8) } }

    /// Ends the stream; the client comes back.
    ///
    /// A status other than 200 would end the `EventSource` of a browser for good.
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

    /// Says after how many milliseconds the client comes back when the stream ends; not all at once.
    private func writeRetry() {
        let milliseconds = Int.random(in: 1_000...3_000)
        exchange.write { $0.append(contentsOf: "retry: \(milliseconds)\n\n".utf8) }
    }

    private func begin(onDetach: @escaping () -> Void) {
        self.onDetach = onDetach
        context.add(self)
        exchange.onDisconnect = { [weak self] in self?.detach() }
        exchange.onInterrupt = nil
    }

    private func detach() {
        patience?.cancel()
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
        guard !isOpen, !error.code.isRetryable else { return end() }
        detach()
        let status: HTTPStatus = error.code == .invalidParameters ? .notFound : .serviceUnavailable
        exchange.respond(HTTPError.response(status, error.code, error.message))
    }

    func topicUnreachable(_ error: CallError) -> Bool {
        guard !isOpen else { return true }
        open()
        exchange.write { $0.append(contentsOf: ": the service is not reachable\n\n".utf8) }
        let stream = LoopBound(self, on: context.loop)
        let limit = Self.longestWait
        patience = Task(executorPreference: context.loop) {
            try? await Task.sleep(for: limit.clamped)
            if !Task.isCancelled { stream.loop.execute { stream.value.end() } }
        }
        return true
    }

    var queuedBytes: Int { exchange.queuedBytes }

    func topicEvent(_ event: TopicEvent, at position: StreamPosition) {
        write(id: position) { event.append(subscriptionID: Self.subscriptionID.span, into: &$0) }
        endIfBehind()
    }

    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition) {
        write(id: position) { StreamNotification.append(gap, Self.subscriptionID, into: &$0) }
        endIfBehind()
    }

    /// Ends the stream of a client that reads more slowly than the topic publishes.
    private func endIfBehind() {
        guard exchange.isCrowded, exchange.isBlocked else { return }
        context.reportSlowReader(at: exchange.remoteAddress)
        end()
    }

    func topicEnded(_ error: CallError?) { end() }

    private static let subscriptionID = Array("sse".utf8)
}

extension StreamPosition {
    /// Reads what an event stream wrote as `id`; `nil` for an empty text, which names no event.
    ///
    /// Any other text is a place of some other epoch, so that its sender is notified that events are missing.
    init?(lastEventID text: String) {
        guard !text.isEmpty else { return nil }
        guard let colon = text.lastIndex(of: ":"), let offset = UInt64(text[text.index(after: colon)...]) else {
            self.init(epoch: text, offset: 0)
            return
        }
        self.init(epoch: String(text[..<colon]), offset: offset)
    }
}
