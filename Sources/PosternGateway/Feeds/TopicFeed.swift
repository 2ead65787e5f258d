import LibWebSockets
import Postern
import PosternJSONRPC

/// One topic as one loop's connections read it.
///
/// The feed outlives the loss of its upstream: it subscribes again, and tells readers of the gap, if there is one.
final class TopicFeed {
    private let topic: String
    private let loop: EventLoop
    private let onEnd: () -> Void
    private var readers: [any TopicReader] = []
    private var position: StreamPosition?
    private var task: Task<Void, Never>?

    /// How long to wait before the next attempt to subscribe upstream.
    private static let retryDelay = Duration.milliseconds(200)

    init(topic: String, loop: EventLoop, onEnd: @escaping () -> Void) {
        self.topic = topic
        self.loop = loop
        self.onEnd = onEnd
    }

    func add(_ reader: any TopicReader) {
        readers.append(reader)
        if let position { reader.topicJoined(at: position) }
    }

    func remove(_ reader: any TopicReader) {
        readers.removeAll { $0 === reader }
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
            for reader in readers { reader.topicJoined(at: start) }
            return
        }
        guard position != start else { return }
        // In another epoch offsets begin anew: how many events are missing is not known.
        let last = position.epoch == start.epoch ? start.offset : position.offset
        let gap = SubscriptionGap(from: position.offset + 1, to: last, reason: "upstreamLost")
        for reader in readers { reader.topicGap(gap, before: start) }
    }

    private func deliver(_ item: StreamItem) {
        guard var place = position, let event = try? TopicEvent(item, epoch: place.epoch) else { return }
        if let offset = item.offset {
            if offset > place.offset + 1 { skip(from: place.offset + 1, to: offset - 1, place) }
            place.offset = offset
        }
        position = place
        for reader in readers { reader.topicEvent(event, at: place) }
    }

    /// Tells of events that the topic dropped because this gateway read too slowly.
    private func skip(from: UInt64, to: UInt64, _ place: StreamPosition) {
        let gap = SubscriptionGap(from: from, to: to, reason: "slow")
        for reader in readers { reader.topicGap(gap, before: place) }
    }

    private func end(_ error: CallError?) {
        let readers = readers
        let wasOpen = position != nil
        self.readers = []
        onEnd()
        let refusal = error ?? CallError(.internalError, "The topic ended before it began")
        for reader in readers {
            if wasOpen { reader.topicEnded(error) } else { reader.topicRefused(refusal) }
        }
    }
}
