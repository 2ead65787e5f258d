import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// The subscription to one topic that all readers of a loop share.
///
/// If the connection upstream is lost, the feed subscribes again from its position on, and notifies its readers if
/// events are missing. A reader that resumes from an earlier position first receives the missed events from a
/// ``CatchUp``.
final class TopicFeed {
    private let source: TopicSource
    private let loop: EventLoop
    let writer: EventWriter
    private let catchUpQueue: CatchUpQueue
    private let onEnd: () -> Void
    /// The readers that have joined, with the offset of the last event before each, which may be ahead of the feed after
    /// a catch-up.
    private var members = ReaderTable<UInt64>()
    /// The readers that wait for the feed's first subscription, and their positions.
    private var arrivals = ReaderTable<StreamPosition?>()
    private var catchUps = ReaderTable<CatchUp>()
    /// The position of the last event; `nil` before the first subscription.
    private(set) var position: StreamPosition?
    private var task: Task<Void, Never>?
    /// The delivery of the last event, until all members have it.
    private var delivery: EventDelivery?

    init(
        _ source: TopicSource,
        loop: EventLoop,
        writer: EventWriter,
        catchUpQueue: CatchUpQueue,
        onEnd: @escaping () -> Void
    ) {
        self.source = source
        self.loop = loop
        self.writer = writer
        self.catchUpQueue = catchUpQueue
        self.onEnd = onEnd
    }

    /// Adds a reader, which resumes from a position if it specifies one.
    func add(_ reader: any TopicReader, since: StreamPosition?) {
        guard let position else { return arrivals.append(reader, since) }
        // A reader at the feed's position has missed nothing.
        guard let since, since != position else {
            return join(reader, at: position, recovered: since.map { _ in true })
        }
        let catchUp = CatchUp(reader, from: since, to: self)
        catchUps.append(reader, catchUp)
        catchUpQueue.append(catchUp, source)
    }

    /// Removes a reader; the feed ends with its last reader.
    func remove(_ reader: any TopicReader) {
        members.remove(reader)
        arrivals.remove(reader)
        catchUps.remove(reader)?.cancel()
        if isUnread { stop() }
    }

    /// Adds the reader of a catch-up as a member, once it has received the events up to the feed's position or beyond.
    func admit(_ catchUp: CatchUp, at place: StreamPosition) {
        guard catchUps[catchUp.reader] === catchUp else { return }
        catchUps.remove(catchUp.reader)
        members.append(catchUp.reader, place.offset)
    }

    /// Starts to read the topic, until it ends or has no readers.
    ///
    /// When this returns, an in-process topic has been subscribed to, and the request to another process has been sent,
    /// so that the events of later calls are not missed.
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
        members.append(reader, place.offset)
        reader.topicJoined(at: place, recovered: recovered)
    }

    // MARK: Events of the subscription

    /// Handles the start of the first subscription, or of one after the connection upstream was lost.
    func begin(at start: StreamPosition) {
        let last = position
        position = start
        if let last { resume(at: start, after: last) }
        // A reader that is notified may remove itself and others, which then must not be added.
        for case let arrival? in arrivals.entries where arrivals.remove(arrival.reader) != nil {
            add(arrival.reader, since: arrival.value)
        }
    }

    private func resume(at start: StreamPosition, after last: StreamPosition) {
        guard let gap = SubscriptionGap(after: last, before: start, reason: "upstreamLost") else { return }
        // The members continue from the start of the new subscription, whose offsets may be those of a new epoch.
        members.setAll(to: start.offset)
        for case let member? in members.entries { member.reader.topicGap(gap, before: start) }
    }

    /// Delivers an event to the members, and a gap before it if offsets are missing.
    ///
    /// - Parameters:
    ///   - event: The event; `nil` if it cannot be sent, so that it becomes a gap.
    ///   - offset: The offset of the event, if it has one.
    /// - Returns: Whether all members have it; if not, ``deliverRest()`` goes on in a later turn of the loop.
    func deliver(_ event: TopicEvent?, at offset: UInt64?) -> Bool {
        guard var place = position else { return true }
        let expected = offset.map { _ in place.offset + 1 }
        if let offset {
            place.offset = offset
            position = place
        }
        delivery = EventDelivery(event, at: place, expected: expected, to: members.entries)
        return deliverRest()
    }

    /// Delivers the last event to the members that do not have it.
    ///
    /// - Returns: Whether all members have it.
    func deliverRest() -> Bool {
        // A member that is notified may remove itself, which does not change the delivery.
        guard var delivery = delivery.take() else { return true }
        if delivery.proceed() { return true }
        self.delivery = delivery
        return false
    }

    /// Notifies the readers that wait for the first subscription; those that do not wait longer are removed.
    func reportUnreachable(_ error: CallError) {
        for case let arrival? in arrivals.entries where !arrival.reader.topicUnreachable(error) {
            arrivals.remove(arrival.reader)
        }
        if isUnread { stop() }
    }

    /// Handles the end of the topic.
    func end(_ error: CallError?) {
        // Emptied first: a reader that is notified may remove itself.
        let (members, arrivals, catchUps) = (members, arrivals, catchUps)
        (self.members, self.arrivals, self.catchUps) = (ReaderTable(), ReaderTable(), ReaderTable())
        onEnd()
        let refusal = error ?? CallError(.internalError, "The topic ended before it began")
        for case let member? in members.entries { member.reader.topicEnded(error) }
        for case let arrival? in arrivals.entries { arrival.reader.topicRefused(refusal) }
        for case let catchUp? in catchUps.entries { catchUp.value.feedEnded(error, or: refusal) }
    }
}

extension LoopBound where Value == TopicFeed {
    /// Reads the topic, and subscribes again whenever the connection upstream is lost.
    fileprivate func keepReading(_ source: TopicSource) async {
        while !Task.isCancelled {
            let error = await read(source)
            guard !Task.isCancelled else { return }
            guard let error, error.isOfUpstream else { return await run { $0.end(error) } }
            await run { $0.reportUnreachable(error) }
            try? await Task.sleep(for: TopicSource.retryDelay)
        }
    }

    /// Reads one subscription to its end, and returns its error.
    private func read(_ source: TopicSource) async -> CallError? {
        do throws(CallError) {
            let (start, events) = try await source.subscribe(since: value.position)
            let writer = await runHere {
                $0.begin(at: start)
                return $0.writer
            }
            var items = events.makeAsyncIterator()
            while let item = try await items.next() {
                guard !Task.isCancelled else { return nil }
                let event = await writer.notification(of: item, epoch: start.epoch)
                // The event in both encodings, and the copy for one reader, which is charged when it has been made.
                let byteCount = item.payload.bytes.count + 2 * (event?.byteCount(subscriptionIDBytes: 0) ?? 0)
                writer.ledger.beginDelivery(of: byteCount)
                defer { writer.ledger.endDelivery(of: byteCount) }
                // Between the parts of a delivery other connections are served, and those that hold too much are cut.
                guard await !runHere({ $0.deliver(event, at: item.offset) }) else { continue }
                while await !run({ $0.deliverRest() }) {}
            }
            return nil
        } catch {
            return error
        }
    }

    /// Calls `step` directly if the current thread is the loop's, otherwise on the loop.
    ///
    /// The task prefers the loop, so that an event of an in-process topic usually takes no hop.
    private func runHere<Result: Sendable>(_ step: @escaping @Sendable (TopicFeed) -> Result) async -> Result {
        loop.isCurrent ? step(value) : await run(step)
    }
}

extension CallError {
    /// Whether the upstream process is unreachable or stopping, so that another attempt may succeed.
    var isOfUpstream: Bool { code == .unavailable || code == .draining }
}
