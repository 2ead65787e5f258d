import LibWebSockets

/// The catch-ups of one loop that wait for their turn, so that many clients that come back at once do not take all calls
/// that the upstream answers at a time.
final class CatchUpQueue {
    private var running = 0
    private var waiting: [(catchUp: CatchUp, source: TopicSource)] = []
    private static let atOnce = 16

    func append(_ catchUp: CatchUp, _ source: TopicSource, on loop: EventLoop) {
        waiting.append((catchUp, source))
        startNext(on: loop)
    }

    private func startNext(on loop: EventLoop) {
        while running < Self.atOnce, !waiting.isEmpty {
            let next = waiting.removeFirst()
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
