import LibWebSockets
import Postern
import PosternJSONRPC

/// One topic as one loop's connections read it.
///
/// The feed outlives the loss of its upstream: it subscribes again, and tells readers of the gap, if there is one.
final class TopicFeed {
    private struct Entry {
        let reader: any TopicReader
        let subscription: SubscriptionTicket
    }

    private let topic: String
    private let loop: EventLoop
    private let onEnd: () -> Void
    private var readers: [Entry] = []
    private var position: StreamPosition?
    private var task: Task<Void, Never>?

    /// How long to wait before the next attempt to subscribe upstream.
    private static let retryDelay = Duration.milliseconds(200)

    init(topic: String, loop: EventLoop, onEnd: @escaping () -> Void) {
        self.topic = topic
        self.loop = loop
        self.onEnd = onEnd
    }

    func add(_ reader: any TopicReader, _ subscription: SubscriptionTicket) {
        readers.append(Entry(reader: reader, subscription: subscription))
        if let position { reader.topicJoined(subscription, at: position) }
    }

    func remove(_ reader: any TopicReader, _ subscription: SubscriptionTicket) {
        readers.removeAll { $0.reader === reader && $0.subscription == subscription }
        if readers.isEmpty { stop() }
    }

    func stop() {
        task?.cancel()
        task = nil
        onEnd()
    }

    /// Reads the topic until it ends or nobody listens any more.
    func start(_ dispatcher: any Dispatcher) {
        let box = LoopBound(self, on: loop)
        let topic = topic
        task = Task(executorPreference: loop) {
            while !Task.isCancelled {
                let error = await Self.read(topic, from: dispatcher, into: box)
                guard !Task.isCancelled else { return }
                guard let error, error.code == .unavailable, box.value.position != nil else {
                    return box.value.end(error)
                }
                try? await Task.sleep(for: retryDelay)
            }
        }
    }

    /// Reads one subscription upstream to its end; every step runs on the loop.
    private static func read(
        _ topic: String,
        from dispatcher: any Dispatcher,
        into feed: LoopBound<TopicFeed>
    ) async -> CallError? {
        do throws(CallError) {
            let stream = try await subscribe(to: topic, at: dispatcher)
            let position = stream.position ?? StreamPosition(epoch: "", offset: 0)
            await feed.run { $0.begin(at: position) }
            var items = stream.makeAsyncIterator()
            while let item = try await items.next() {
                guard !Task.isCancelled else { return nil }
                if feed.loop.isCurrent { feed.value.deliver(item) } else { await feed.run { $0.deliver(item) } }
            }
            return nil
        } catch {
            return error
        }
    }

    private static func subscribe(to topic: String, at dispatcher: any Dispatcher) async throws(CallError) -> ReplyStream {
        let arguments: Payload
        do throws(PayloadError) { arguments = try Payload(encoding: [topic], as: JSON.self) } catch {
            throw CallError(error)
        }
        guard case .stream(let stream) = try await dispatcher.dispatch(Call("rpc/subscribe", arguments: arguments)) else {
            throw CallError(.internalError, "The topic gave no stream")
        }
        return stream
    }

    // MARK: On the loop

    private func begin(at start: StreamPosition) {
        defer { position = start }
        guard let position else {
            for entry in readers { entry.reader.topicJoined(entry.subscription, at: start) }
            return
        }
        guard position != start else { return }
        let gap = TopicGap(from: position, to: start, reason: "upstream was lost")
        for entry in readers { entry.reader.topicGap(gap, for: entry.subscription) }
    }

    private func deliver(_ item: StreamItem) {
        guard let event = try? TopicEvent(item, epoch: position?.epoch ?? "") else { return }
        if let offset = item.offset { position?.offset = offset }
        for entry in readers { entry.reader.topicEvent(event, for: entry.subscription) }
    }

    private func end(_ error: CallError?) {
        let entries = readers
        let wasOpen = position != nil
        readers = []
        onEnd()
        for entry in entries {
            if wasOpen {
                entry.reader.topicEnded(entry.subscription, error)
            } else {
                let refusal = error ?? CallError(.internalError, "The topic ended before it began")
                entry.reader.topicRefused(entry.subscription, refusal)
            }
        }
    }
}

/// Events that a reader will never get.
struct TopicGap {
    let from: StreamPosition
    let to: StreamPosition
    let reason: String
}
