import NIOCore
import Synchronization

/// Runs jobs on the event loop of a channel.
///
/// What is enqueued while the loop does something else runs at the end of its turn, in the order in which it came: one
/// wake-up however many jobs wait.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop
    private let waiting = Mutex<[UnownedJob]>([])

    /// Makes the executor of one event loop.
    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = waiting.withLock { waiting in
            waiting.append(job)
            return waiting.count == 1
        }
        if isFirst { loop.execute { self.run() } }
    }

    /// Runs what waits; what is enqueued meanwhile waits for the next time.
    private func run() {
        let jobs = waiting.withLock { waiting in
            let jobs = waiting
            waiting = []
            waiting.reserveCapacity(min(jobs.count, Self.largestReserve))
            return jobs
        }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private static let largestReserve = 1_024
}
