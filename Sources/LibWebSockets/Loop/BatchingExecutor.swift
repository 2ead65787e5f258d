import Synchronization

/// Runs jobs on Swift's global executor, handed over once a turn of an event loop.
///
/// A loop starts many handlers in one turn. Enqueuing each on the global executor would wake a thread each time; this
/// executor collects them, and a task that drains the queue goes on for as long as there is work. A drain that is held
/// up by a slow handler gets a second one beside it.
package final class BatchingExecutor: TaskExecutor {
    /// What waits to be run.
    private enum Work {
        case job(UnownedJob)
        case other(any ConcurrentWork)
    }

    private struct State {
        /// What was taken is `nil`, so that taking copies nothing.
        var work: [Work?] = []
        var next = 0
        var drainers = 0
        var hasMovedSinceHandOver = false

        mutating func take() -> Work? {
            guard next < work.count else {
                work.removeAll(keepingCapacity: true)
                next = 0
                drainers -= 1
                return nil
            }
            hasMovedSinceHandOver = true
            defer { next += 1 }
            if next >= Self.keptWork, next * 2 >= work.count { removeTaken() }
            return work[next].take()
        }

        /// Gives back the room of work that was taken, also when the queue never runs empty.
        private mutating func removeTaken() {
            work.removeFirst(next)
            next = 0
        }

        private static let keptWork = 1_024

        /// Whether one more task should drain the queue.
        mutating func startsDrainer(atMost maximum: Int, onlyIfIdle: Bool) -> Bool {
            guard !onlyIfIdle || drainers == 0 else { return false }
            defer { hasMovedSinceHandOver = false }
            guard next < work.count, drainers < maximum, drainers == 0 || !hasMovedSinceHandOver else { return false }
            drainers += 1
            return true
        }
    }

    private let state = Mutex(State())
    private let storage: LoopStorage
    private let maximumDrainers: Int
    private let detach: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Makes an executor that collects what is enqueued on a loop's thread until ``handOver()``.
    ///
    /// - Parameters:
    ///   - storage: The loop.
    ///   - maximumDrainers: How many drains go on at a time.
    ///   - detach: Runs a drain on some other thread.
    init(
        collectingOn storage: LoopStorage,
        maximumDrainers: Int = 8,
        detach: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { drain in Task.detached { drain() } }
    ) {
        self.storage = storage
        self.maximumDrainers = maximumDrainers
        self.detach = detach
    }

    /// Takes a job; any thread.
    ///
    /// On the loop's thread it waits for the end of the turn.
    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Takes work that is run like a job, without a task; any thread.
    package func enqueue(_ work: any ConcurrentWork) { add(.other(work)) }

    private func add(_ work: Work) {
        let isOnLoop = storage.isCurrentThread
        let starts = state.withLock { state -> Bool in
            state.work.append(work)
            guard !isOnLoop, state.drainers == 0 else { return false }
            state.drainers += 1
            return true
        }
        if starts { startDrainer() }
    }

    /// Has what was collected started before the turn of the loop ends, beside work that has not moved since this was
    /// called last.
    package func startCollected() { handOver() }

    /// Gives what has been collected to the global executor.
    ///
    /// - Parameter onlyIfIdle: Starts no second drain beside one that may just not have begun yet.
    func handOver(onlyIfIdle: Bool = false) {
        if state.withLock({ $0.startsDrainer(atMost: maximumDrainers, onlyIfIdle: onlyIfIdle) }) { startDrainer() }
    }

    private func startDrainer() { detach { self.drain() } }

    private func drain() {
        while let work = state.withLock({ $0.take() }) {
            switch work {
            case .job(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .other(let work): work.run()
            }
        }
    }
}

/// Work for the threads beside a loop: see ``BatchingExecutor/enqueue(_:)``.
package protocol ConcurrentWork: AnyObject, Sendable {
    /// Does the work, on a thread that it may hold.
    func run()
}
