import LibWebSockets
import Postern
import PosternJSONRPC

/// The delivery of missed events to one reader until it has caught up with its feed, without gaps and duplicates.
///
/// It has a subscription of its own, from the reader's last event on. Once the reader has received the feed's last
/// event or a later one, it joins the feed, which skips the events that the reader already has. All members must be
/// used on the loop's thread.
final class CatchUp {
    let reader: any TopicReader
    private let feed: TopicFeed
    /// The position of the last event that the reader has received.
    private(set) var place: StreamPosition
    private var hasJoined = false
    private weak var queue: CatchUpQueue?
    private var task: Task<Void, Never>?
    private(set) var isCancelled = false

    /// The number of unsent bytes of the reader's connection above which the delivery pauses.
    private static let queuedBytes = 256 << 10
    /// The time that a client has to read before its catch-up leaves its place to others, in steps of ``pollInterval``.
    fileprivate static let patience = 4
    /// The interval at which unsent bytes are checked while a catch-up has its place.
    fileprivate static let pollInterval = Duration.milliseconds(5)
    /// The number of failed subscriptions after which the reader joins with a gap.
    fileprivate static let attempts = 10

    init(_ reader: any TopicReader, from place: StreamPosition, to feed: TopicFeed) {
        self.reader = reader
        self.place = place
        self.feed = feed
    }

    /// Starts the delivery, or continues it after the reader was blocked.
    ///
    /// - Parameters:
    ///   - source: The topic.
    ///   - queue: The queue that is asked whether others wait for the place while the client does not read.
    ///   - loop: The loop of the reader.
    ///   - onEnd: A function that is called at the end, on any thread, with whether the catch-up is not complete and
    ///     must be started again when ``hasDrained`` is `true`.
    func start(
        _ source: TopicSource,
        in queue: CatchUpQueue,
        on loop: EventLoop,
        onEnd: @escaping @Sendable (_ isBlocked: Bool) -> Void
    ) {
        self.queue = queue
        let catchUp = LoopBound(self, on: loop)
        task = Task(executorPreference: loop) {
            onEnd(await catchUp.keepReading(source))
        }
    }

    func cancel() {
        isCancelled = true
        task?.cancel()
    }

    /// Ends the delivery because the topic has ended.
    ///
    /// - Parameters:
    ///   - error: The error of a reader that has joined; `nil` if the topic ended without one.
    ///   - refusal: The error of a reader that has not joined.
    func feedEnded(_ error: CallError?, or refusal: CallError) {
        cancel()
        if hasJoined { reader.topicEnded(error) } else { reader.topicRefused(refusal) }
    }

    /// Handles the start of a subscription, which may be a later one after the connection upstream was lost.
    fileprivate func begin(at start: StreamPosition) {
        let gap = SubscriptionGap(after: place, before: start, reason: "historyLost")
        if !hasJoined { reader.topicJoined(at: start, recovered: gap == nil) }
        hasJoined = true
        if let gap { reader.topicGap(gap, before: start) }
        place = start
    }

    /// Delivers an event, and a gap before it if offsets are missing.
    ///
    /// - Parameters:
    ///   - event: The event; `nil` if it cannot be sent, so that it becomes a gap.
    ///   - offset: The offset of the event, if it has one.
    fileprivate func deliver(_ event: TopicEvent?, at offset: UInt64?) {
        guard let offset else { return }
        let first = place.offset + 1
        place.offset = offset
        guard let event else { return reader.topicGap(.unsent(from: first, at: place), before: place) }
        // Offsets are consecutive, so a jump means that the upstream dropped events for this subscription.
        if first < offset { reader.topicGap(.slow(from: first, before: place), before: place) }
        reader.topicEvent(event, at: place)
    }

    /// Moves the reader to the feed if it has caught up.
    ///
    /// - Returns: Whether the delivery has ended.
    fileprivate func finishIfCaughtUp() -> Bool {
        if isCancelled { return true }
        // Offsets of different epochs cannot be compared: the feed already reads a topic that has begun anew.
        guard let goal = feed.position, goal.epoch == place.epoch, place.offset >= goal.offset else { return false }
        feed.admit(self, at: place)
        return true
    }

    /// Moves the reader to the feed with a gap, since the missed events cannot be read.
    fileprivate func joinWithGap() {
        guard !isCancelled, let goal = feed.position else { return }
        begin(at: goal)
        feed.admit(self, at: goal)
    }

    /// Whether the client must read before more is delivered.
    var isBehind: Bool { reader.queuedBytes > Self.queuedBytes }

    /// Whether the client has read so much that its catch-up can continue.
    var hasDrained: Bool { reader.queuedBytes <= Self.queuedBytes / 2 }

    fileprivate var writer: EventWriter { feed.writer }

    fileprivate var isPaused: Bool { isBehind && !isCancelled }

    fileprivate var isInTheWay: Bool { queue?.isContended ?? false }
}

extension LoopBound where Value == CatchUp {
    /// Subscribes and delivers, and repeats this if the connection upstream is lost.
    ///
    /// - Returns: Whether the client must read before the delivery continues.
    fileprivate func keepReading(_ source: TopicSource) async -> Bool {
        var failures = 0
        while await !run({ $0.isCancelled }) {
            let error: CallError
            switch await read(source) {
            case .complete: return false
            case .blocked: return true
            case .failed(let cause): error = cause
            }
            failures += 1
            guard error.isOfUpstream || failures < CatchUp.attempts else {
                await run { $0.joinWithGap() }
                return false
            }
            try? await Task.sleep(for: TopicSource.retryDelay)
        }
        return false
    }

    /// Reads one subscription.
    private func read(_ source: TopicSource) async -> ReadingEnd {
        do throws(CallError) {
            let (start, events) = try await source.subscribe(since: await run { $0.place })
            let writer = await run {
                $0.begin(at: start)
                return $0.writer
            }
            var items = events.makeAsyncIterator()
            while await !run({ $0.finishIfCaughtUp() }), let item = try await items.next() {
                let event = await writer.notification(of: item, epoch: start.epoch)
                await run { $0.deliver(event, at: item.offset) }
                // The subscription ends with its place: from the last event on, another one continues.
                if await isBlocked() { return .blocked }
            }
            return .complete
        } catch {
            return .failed(error)
        }
    }

    /// Waits until the client has read.
    ///
    /// - Returns: Whether the client does not read, and others wait for the place.
    private func isBlocked() async -> Bool {
        var count = 0
        // Polled, because a reader has no notification for sent output, and few catch-ups have places.
        while await run({ $0.isPaused }) {
            if count >= CatchUp.patience, await run({ $0.isInTheWay }) { return true }
            try? await Task.sleep(for: CatchUp.pollInterval)
            count += 1
        }
        return false
    }
}

/// The reason for which a catch-up has stopped to read a subscription.
private enum ReadingEnd {
    /// The reader has joined the feed, or the delivery was cancelled.
    case complete
    /// The client does not read, and others wait.
    case blocked
    case failed(CallError)
}
