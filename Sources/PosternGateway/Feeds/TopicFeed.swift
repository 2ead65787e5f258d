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

    /// Reads the topic until it ends or has no readers any more.
    ///
    /// The subscription has its place when this returns, or its request is on the way: before any later request.
    func start(_ dispatcher: any Dispatcher) {
        let feed = LoopBound(self, on: loop)
        let topic = topic
        task = loop.start { await feed.keepReading(topic, from: dispatcher) }
    }

    // MARK: On the loop

    fileprivate var isOpen: Bool { position != nil }

    fileprivate func begin(at start: StreamPosition) {
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

    fileprivate func deliver(_ item: StreamItem) {
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

    fileprivate func end(_ error: CallError?) {
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

/// How long to wait before the next attempt to subscribe upstream.
private let retryDelay = Duration.milliseconds(200)

extension LoopBound where Value == TopicFeed {
    /// Reads the topic, again and again while its upstream comes and goes.
    fileprivate func keepReading(_ topic: String, from dispatcher: any Dispatcher) async {
        while !Task.isCancelled {
            let error = await read(topic, from: dispatcher)
            guard !Task.isCancelled else { return }
            let isOpen = await run { $0.isOpen }
            guard let error, error.code == .unavailable, isOpen else { return await run { $0.end(error) } }
            try? await Task.sleep(for: retryDelay)
        }
    }

    /// Reads one subscription upstream to its end.
    private func read(_ topic: String, from dispatcher: any Dispatcher) async -> CallError? {
        do throws(CallError) {
            let stream = try await subscribe(to: topic, at: dispatcher)
            let position = stream.position ?? StreamPosition(epoch: "", offset: 0)
            if loop.isCurrent { value.begin(at: position) } else { await run { $0.begin(at: position) } }
            var items = stream.makeAsyncIterator()
            while let item = try await items.next() {
                guard !Task.isCancelled else { return nil }
                if loop.isCurrent { value.deliver(item) } else { await run { $0.deliver(item) } }
            }
            return nil
        } catch {
            return error
        }
    }

    private func subscribe(to topic: String, at dispatcher: any Dispatcher) async throws(CallError) -> ReplyStream {
        var arguments = Payload(bytes: [], codec: JSON.self)
        var list = JSON.beginArray(into: &arguments.bytes)
        JSON.nextElement(&list, into: &arguments.bytes)
        JSON.write(topic, into: &arguments.bytes)
        JSON.endArray(list, into: &arguments.bytes)
        let call = Call("rpc/subscribe", arguments: arguments)
        guard case .stream(let stream) = try await dispatcher.dispatch(call) else {
            throw CallError(.internalError, "The topic gave no stream")
        }
        return stream
    }
}
