import LibWebSockets
import Postern
import PosternJSONRPC

/// Brings one reader from the place where it was to the place of its feed, without a hole and without doubles.
///
/// It has a subscription of its own, which begins with what was missed and goes on with what is published. As soon as
/// it has had the event at which the feed is, or a later one, the feed takes over; events that the reader has had
/// already are left out there. All members belong to the loop's thread.
final class CatchUp {
    let reader: any TopicReader
    private let feed: TopicFeed
    /// Behind the last event that the reader has had.
    private(set) var place: StreamPosition
    private var hasJoined = false
    private var task: Task<Void, Never>?
    private(set) var isCancelled = false

    /// More than this is not handed to a connection that has not sent what it got before.
    private static let queuedBytes = 256 << 10
    /// Attempts before a reader joins without what it missed.
    fileprivate static let attempts = 10

    init(_ reader: any TopicReader, from place: StreamPosition, to feed: TopicFeed) {
        self.reader = reader
        self.place = place
        self.feed = feed
    }

    func start(_ source: TopicSource, on loop: EventLoop, onEnd: @escaping @Sendable () -> Void) {
        let catchUp = LoopBound(self, on: loop)
        task = Task(executorPreference: loop) {
            await catchUp.keepReading(source)
            onEnd()
        }
    }

    func cancel() {
        isCancelled = true
        task?.cancel()
    }

    func feedEnded(_ error: CallError?, or refusal: CallError) {
        cancel()
        if hasJoined { reader.topicEnded(error) } else { reader.topicRefused(refusal) }
    }

    fileprivate func begin(at start: StreamPosition) {
        let gap = SubscriptionGap(after: place, before: start, reason: "historyLost")
        if !hasJoined { reader.topicJoined(at: start, recovered: gap == nil) }
        hasJoined = true
        if let gap { reader.topicGap(gap, before: start) }
        place = start
    }

    fileprivate func deliver(_ item: StreamItem) {
        guard let offset = item.offset, let event = try? TopicEvent(item, epoch: place.epoch) else { return }
        let first = place.offset + 1
        place.offset = offset
        if first < offset { reader.topicGap(.slow(from: first, before: place), before: place) }
        reader.topicEvent(event, at: place)
    }

    /// Hands the reader over if the feed is no further.
    ///
    /// - Returns: Whether nothing is left to do.
    fileprivate func finishIfCaughtUp() -> Bool {
        if isCancelled { return true }
        guard let goal = feed.position, goal.epoch == place.epoch, place.offset >= goal.offset else { return false }
        feed.admit(self, at: place)
        return true
    }

    /// Lets the reader join where the feed is, without what cannot be had.
    fileprivate func joinWithGap() {
        guard !isCancelled, let goal = feed.position else { return }
        begin(at: goal)
        feed.admit(self, at: goal)
    }

    fileprivate var isBehind: Bool { reader.queuedBytes > Self.queuedBytes }
}

extension LoopBound where Value == CatchUp {
    /// Subscribes and reads, again where the upstream is lost meanwhile.
    fileprivate func keepReading(_ source: TopicSource) async {
        var failures = 0
        while await !run({ $0.isCancelled }) {
            guard let error = await read(source) else { return }
            failures += 1
            guard error.isOfUpstream || failures < CatchUp.attempts else { return await run { $0.joinWithGap() } }
            try? await Task.sleep(for: TopicSource.retryDelay)
        }
    }

    /// - Returns: Why the subscription failed; `nil` once nothing is left to do.
    private func read(_ source: TopicSource) async -> CallError? {
        do throws(CallError) {
            let (start, events) = try await source.subscribe(since: await run { $0.place })
            await run { $0.begin(at: start) }
            var items = events.makeAsyncIterator()
            while await !run({ $0.finishIfCaughtUp() }), let item = try await items.next() {
                await run { $0.deliver(item) }
                while await run({ $0.isBehind && !$0.isCancelled }) { try? await Task.sleep(for: .milliseconds(5)) }
            }
            return nil
        } catch {
            return error
        }
    }
}
