import LibWebSockets
import PosternQueues

/// A queue that limits the number of concurrent catch-ups of one loop.
///
/// When many clients reconnect simultaneously, their subscriptions would use up the limit of concurrent calls upstream.
/// Clients take turns, however many catch-ups each of them has. A catch-up whose client does not read leaves its place to
/// others, and receives another one when the client has read.
///
/// All members must be used on the loop's thread.
final class CatchUpQueue {
    private let loop: EventLoop
    private var running = 0
    private var waiting = FairQueue<ObjectIdentifier, Entry>()
    /// The catch-ups that have left their places to others, and whose clients have not read since.
    private var blocked: [Entry] = []
    private var timer: LoopTimer?
    private static let maximumRunning = 16
    /// The interval at which clients are checked that do not read, in milliseconds.
    private static let checkInterval: UInt64 = 20

    private struct Entry {
        let catchUp: CatchUp
        let source: TopicSource
    }

    init(_ loop: EventLoop) {
        self.loop = loop
        timer = loop.timer(milliseconds: Self.checkInterval) { [unowned self] in check() }
    }

    /// Starts a catch-up, at once or when it has a place.
    func append(_ catchUp: CatchUp, _ source: TopicSource) {
        append(Entry(catchUp: catchUp, source: source))
        startNext()
    }

    /// Whether catch-ups wait for a place.
    var isContended: Bool { !waiting.isEmpty }

    private func append(_ entry: Entry) { waiting.append(entry, of: entry.catchUp.reader.client) }

    private func startNext() {
        while running < Self.maximumRunning, let next = waiting.take() {
            // Its client has disconnected while it waited.
            guard !next.catchUp.isCancelled else { continue }
            // Another catch-up of its client fills the connection.
            if isContended, next.catchUp.isBehind {
                block(next)
                continue
            }
            start(next)
        }
    }

    private func start(_ entry: Entry) {
        running += 1
        let box = LoopBound((queue: self, entry: entry), on: loop)
        entry.catchUp.start(entry.source, in: self, on: loop) { isBlocked in
            box.loop.execute { box.value.queue.end(box.value.entry, isBlocked: isBlocked) }
        }
    }

    private func end(_ entry: Entry, isBlocked: Bool) {
        running -= 1
        if isBlocked { block(entry) }
        startNext()
    }

    private func block(_ entry: Entry) {
        blocked.append(entry)
        timer?.start()
    }

    /// Moves the catch-ups whose clients have read back into the queue.
    ///
    /// - Returns: Whether clients remain that have not read.
    private func check() -> Bool {
        for entry in exchange(&blocked, with: []) where !entry.catchUp.isCancelled {
            if entry.catchUp.hasDrained { append(entry) } else { blocked.append(entry) }
        }
        startNext()
        return !blocked.isEmpty
    }
}
