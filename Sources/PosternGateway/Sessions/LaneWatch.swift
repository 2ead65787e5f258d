import LibWebSockets
import Postern

/// Makes the lanes of a loop's connections, and checks those in which a call waits for a handler that holds its thread.
///
/// All members belong to the loop's thread, so that checks go on when handlers hold all other threads.
final class LaneWatch {
    private let loop: EventLoop
    private var watched: [HandlerLane] = []
    private var timer: LoopTimer?
    private var makeLane: () -> HandlerLane = { HandlerLane() }

    init(_ loop: EventLoop) {
        self.loop = loop
        let interval = UInt64(HandlerLane.checkInterval / .milliseconds(1))
        timer = loop.timer(milliseconds: interval) { [unowned self] in check() }
        let watch = LoopBound(Unowned(self), on: loop)
        let spawn: HandlerLane.Request = { watch.loop.concurrentExecutor.enqueue($0) }
        let begin: HandlerLane.Request = { watch.value.watch?.add($0) }
        makeLane = { HandlerLane(spawn: spawn, watch: begin) }
    }

    /// A lane for one connection.
    func lane() -> HandlerLane { makeLane() }

    private func add(_ lane: HandlerLane) {
        watched.append(lane)
        timer?.start()
    }

    /// - Returns: Whether an entry waits still.
    private func check() -> Bool {
        // Entries that begin here may have others put into lanes.
        let lanes = exchange(&watched, with: [])
        for lane in lanes where lane.check() { watched.append(lane) }
        loop.concurrentExecutor.flush()
        return !watched.isEmpty
    }

    /// Keeps the lanes from keeping the watch.
    private struct Unowned {
        weak var watch: LaneWatch?

        init(_ watch: LaneWatch) { self.watch = watch }
    }
}
