import LibWebSockets
import Postern
import PosternJSONRPC

/// One topic as one loop's connections read it.
///
/// The feed outlives the loss of its upstream: it subscribes again where it was, and notifies readers of the gap, if
/// there is one. A reader that comes from an earlier place is first brought to the feed by a ``CatchUp``.
final class TopicFeed {
    private let source: TopicSource
    private let loop: EventLoop
    private let catchUpQueue: CatchUpQueue
    private let onEnd: () -> Void
    private var members: [Member] = []
    /// Readers that came before the feed knew its place, and where each was.
    private var arrivals: [(reader: any TopicReader, since: StreamPosition?)] = []
    private var catchUps: [CatchUp] = []
    private(set) var position: StreamPosition?
    private var task: Task<Void, Never>?

    /// A reader, and the last event that it had before it joined: a catch-up may be ahead of its feed.
    private struct Member {
        let reader: any TopicReader
        var offset: UInt64
    }

    init(_ source: TopicSource, loop: EventLoop, catchUpQueue: CatchUpQueue, onEnd: @escaping () -> Void) {
        self.source = source
        self.loop = loop
        self.catchUpQueue = catchUpQueue
        self.onEnd = onEnd
    }

    /// Adds a reader, which goes on behind an earlier place if it names one.
    func add(_ reader: any TopicReader, since: StreamPosition?) {
        guard let position else { return arrivals.append((reader, since)) }
        guard let since, since != position else {
            return join(reader, at: position, recovered: since.map { _ in true })
        }
        let catchUp = CatchUp(reader, from: since, to: self)
        catchUps.append(catchUp)
        catchUpQueue.append(catchUp, source, on: loop)
    }

    func remove(_ reader: any TopicReader) {
        members.removeAll { $0.reader === reader }
        arrivals.removeAll { $0.reader === reader }
        for catchUp in catchUps where catchUp.reader === reader { catchUp.cancel() }
        catchUps.removeAll { $0.reader === reader }
        if isUnread { stop() }
    }

    /// Lets a reader follow that has had everything up to the place of the feed, or more.
    func admit(_ catchUp: CatchUp, at place: StreamPosition) {
        guard let index = catchUps.firstIndex(where: { $0 === catchUp }) else { return }
        catchUps.remove(at: index)
        members.append(Member(reader: catchUp.reader, offset: place.offset))
    }

    /// Reads the topic until it ends or has no readers any more.
    ///
    /// The subscription has its place when this returns, or its request is on the way: before any later request.
    func start() {
        let feed = LoopBound(self, on: loop)
        let source = source
        task = loop.start { await feed.keepReading(source) }
    }

    private var isUnread: Bool { members.isEmpty && arrivals.isEmpty && catchUps.isEmpty }

    private func stop() {
        task?.cancel()
        task = nil
        onEnd()
    }

    private func join(_ reader: any TopicReader, at place: StreamPosition, recovered: Bool?) {
        members.append(Member(reader: reader, offset: place.offset))
        reader.topicJoined(at: place, recovered: recovered)
    }

    // MARK: What its subscription says

    func begin(at start: StreamPosition) {
        let last = position
        position = start
        if let last { resume(at: start, after: last) }
        // One by one: a reader may leave, and take others with it, when it is notified.
        while let arrival = arrivals.first {
            arrivals.removeFirst()
            add(arrival.reader, since: arrival.since)
        }
    }

    private func resume(at start: StreamPosition, after last: StreamPosition) {
        guard let gap = SubscriptionGap(after: last, before: start, reason: "upstreamLost") else { return }
        for index in members.indices { members[index].offset = start.offset }
        for member in members { member.reader.topicGap(gap, before: start) }
    }

    func deliver(_ item: StreamItem) {
        guard var place = position, let event = try? TopicEvent(item, epoch: place.epoch) else { return }
        guard let offset = item.offset else {
            for member in members { member.reader.topicEvent(event, at: place) }
            return
        }
        let expected = place.offset + 1
        place.offset = offset
        position = place
        for member in members where member.offset < offset {
            let first = max(expected, member.offset + 1)
            if first < offset { member.reader.topicGap(.slow(from: first, before: place), before: place) }
            member.reader.topicEvent(event, at: place)
        }
    }

    /// Asks readers that wait for the feed to open whether they go on waiting; the others are refused.
    func reportUnreachable(_ error: CallError) {
        for (reader, _) in arrivals where !reader.topicUnreachable(error) {
            arrivals.removeAll { $0.reader === reader }
        }
        if isUnread { stop() }
    }

    func end(_ error: CallError?) {
        let (members, arrivals, catchUps) = (members, arrivals, catchUps)
        (self.members, self.arrivals, self.catchUps) = ([], [], [])
        onEnd()
        let refusal = error ?? CallError(.internalError, "The topic ended before it began")
        for member in members { member.reader.topicEnded(error) }
        for arrival in arrivals { arrival.reader.topicRefused(refusal) }
        for catchUp in catchUps { catchUp.feedEnded(error, or: refusal) }
    }
}

extension LoopBound where Value == TopicFeed {
    /// Reads the topic, again and again while its upstream comes and goes.
    fileprivate func keepReading(_ source: TopicSource) async {
        while !Task.isCancelled {
            let error = await read(source)
            guard !Task.isCancelled else { return }
            guard let error, error.isOfUpstream else { return await run { $0.end(error) } }
            await run { $0.reportUnreachable(error) }
            try? await Task.sleep(for: TopicSource.retryDelay)
        }
    }

    /// Reads one subscription upstream to its end.
    private func read(_ source: TopicSource) async -> CallError? {
        do throws(CallError) {
            let (start, events) = try await source.subscribe(since: value.position)
            await here { $0.begin(at: start) }
            var items = events.makeAsyncIterator()
            while let item = try await items.next() {
                guard !Task.isCancelled else { return nil }
                await here { $0.deliver(item) }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Runs a step of the feed at once where the loop is the current thread, else on it.
    private func here(_ step: @escaping @Sendable (TopicFeed) -> Void) async {
        if loop.isCurrent { step(value) } else { await run(step) }
    }
}

extension CallError {
    /// Whether the upstream is away or about to leave, so that another attempt may meet the next one.
    var isOfUpstream: Bool { code == .unavailable || code == .draining }
}

extension SubscriptionGap {
    /// The gap before an event that follows events which were dropped because this gateway read too slowly.
    static func slow(from first: UInt64, before place: StreamPosition) -> SubscriptionGap {
        SubscriptionGap(from: first, to: place.offset - 1, reason: "slow", next: place.before)
    }
}

extension StreamPosition {
    /// The place before the event at this one.
    var before: StreamPosition { StreamPosition(epoch: epoch, offset: offset - 1) }
}
