import LibWebSockets
import Postern

/// A factory of the lanes of a loop's connections, which also checks whether a blocked handler delays later calls.
///
/// All members must be used on the loop's thread, on which the checks run even if handlers block all other threads.
final class LaneWatch {
    private let loop: EventLoop
    private var watched: [HandlerLane] = []
    private var timer: LoopTimer?
    private var makeLane: () -> HandlerLane = { HandlerLane() }

    init(_ loop: EventLoop) {
        self.loop = loop
        let interval = UInt64(HandlerLane.checkInterval / .milliseconds(1))
        timer = loop.timer(milliseconds: interval) { [unowned self] in check() }
        // The functions are created once and shared by all lanes, of which there may be one per connection.
        let watch = LoopBound(Unowned(self), on: loop)
        let spawn: HandlerLane.Request = { watch.loop.concurrentExecutor.enqueue($0) }
        let begin: HandlerLane.Request = { watch.value.watch?.add($0) }
        makeLane = { HandlerLane(spawn: spawn, watch: begin) }
    }

    /// Returns a new lane for one connection.
    func lane() -> HandlerLane { makeLane() }

    private func add(_ lane: HandlerLane) {
        watched.append(lane)
        timer?.start()
    }

    /// Checks the watched lanes.
    ///
    /// - Returns: Whether a lane must be checked again.
    private func check() -> Bool {
        // Taken first, since entries that begin here may add lanes.
        let lanes = exchange(&watched, with: [])
        for lane in lanes where lane.check() { watched.append(lane) }
        // Starts a second drainer if a blocked handler holds the first one; the loop's own flush after timers does not.
        loop.concurrentExecutor.flush()
        return !watched.isEmpty
    }

    /// A box that keeps the lanes from retaining the watch.
    private struct Unowned {
        weak var watch: LaneWatch?

        init(_ watch: LaneWatch) { self.watch = watch }
    }
}
