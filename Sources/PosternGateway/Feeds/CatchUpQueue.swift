import LibWebSockets

/// A queue that limits the number of concurrent catch-ups of one loop.
///
/// When many clients reconnect simultaneously, their subscriptions would use up the limit of concurrent calls upstream.
final class CatchUpQueue {
    private var running = 0
    private var waiting: [(catchUp: CatchUp, source: TopicSource)] = []
    private static let maximumRunning = 16

    /// Starts a catch-up, at once or when an earlier one has ended.
    func append(_ catchUp: CatchUp, _ source: TopicSource, on loop: EventLoop) {
        waiting.append((catchUp, source))
        startNext(on: loop)
    }

    private func startNext(on loop: EventLoop) {
        while running < Self.maximumRunning, !waiting.isEmpty {
            let next = waiting.removeFirst()
            // Its client has disconnected while it waited.
            guard !next.catchUp.isCancelled else { continue }
            running += 1
            let queue = LoopBound(self, on: loop)
            next.catchUp.start(next.source, on: loop) {
                queue.loop.execute {
                    queue.value.running -= 1
                    queue.value.startNext(on: queue.loop)
                }
            }
        }
    }
}
