import Synchronization

/// A task executor that collects jobs during a turn of an event loop and runs them on Swift's global executor.
///
/// A loop starts many handlers in one turn, and enqueuing each of them on the global executor could wake a thread each
/// time. This executor starts one drainer, which runs jobs until the queue is empty. If a slow handler blocks the
/// drainer, the next turn starts a second one beside it.
package final class BatchingExecutor: TaskExecutor {
    /// An entry of the queue.
    private enum Work {
        case job(UnownedJob)
        case other(any ConcurrentWork)
    }

    private struct State {
        /// The queue; entries below `next` have been taken and are `nil`.
        var work: [Work?] = []
        var next = 0
        /// The number of drainers that run or have been requested.
        var drainers = 0
        /// Whether a drainer has taken an entry since the last flush; otherwise all of them may be blocked.
        var hasProgressed = false

        mutating func take() -> Work? {
            guard next < work.count else {
                // The drainer ends. It is counted down under the lock that found the queue empty, so that work
                // which is enqueued later starts another one.
                work.removeAll(keepingCapacity: true)
                next = 0
                drainers -= 1
                return nil
            }
            hasProgressed = true
            defer { next += 1 }
            if next >= Self.keptSlots, next * 2 >= work.count { removeTaken() }
            return work[next].take()
        }

        /// Frees the slots of taken entries, since a queue that is never empty would grow without limit.
        ///
        /// It is called when at least half of the slots are free, so its cost per entry is constant.
        private mutating func removeTaken() {
            work.removeFirst(next)
            next = 0
        }

        /// The number of free slots below which the queue is not compacted.
        private static let keptSlots = 1_024

        /// Counts one more drainer if the queue needs one.
        ///
        /// - Returns: Whether the caller must start the drainer.
        mutating func startsDrainer(atMost maximum: Int, onlyIfIdle: Bool) -> Bool {
            guard !onlyIfIdle || drainers == 0 else { return false }
            defer { hasProgressed = false }
            guard next < work.count, drainers < maximum, drainers == 0 || !hasProgressed else { return false }
            drainers += 1
            return true
        }
    }

    private let state = Mutex(State())
    private let storage: LoopStorage
    private let maximumDrainers: Int
    private let detach: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Creates an executor that collects work enqueued on a loop's thread until ``flush(onlyIfIdle:)``.
    ///
    /// - Parameters:
    ///   - storage: The loop.
    ///   - maximumDrainers: The maximum number of drainers that run concurrently.
    ///   - detach: A function that runs a drainer on another thread.
    init(
        collectingOn storage: LoopStorage,
        maximumDrainers: Int = 8,
        detach: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { drain in Task.detached { drain() } }
    ) {
        self.storage = storage
        self.maximumDrainers = maximumDrainers
        self.detach = detach
    }

    /// Enqueues a job; may be called from any thread.
    ///
    /// A job that is enqueued on the loop's thread starts at the end of the turn.
    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Enqueues work that runs like a job, but without a task; may be called from any thread.
    package func enqueue(_ work: any ConcurrentWork) { add(.other(work)) }

    private func add(_ work: Work) {
        // The loop's own turn ends with a flush. Other threads have none, so they start a drainer themselves.
        let isOnLoop = storage.isCurrentThread
        let starts = state.withLock { state -> Bool in
            state.work.append(work)
            guard !isOnLoop, state.drainers == 0 else { return false }
            state.drainers += 1
            return true
        }
        if starts { startDrainer() }
    }

    /// Starts a drainer for the collected work, if none runs or those that run have taken nothing since the last call.
    ///
    /// - Parameter onlyIfIdle: Whether a drainer is started only if there is none. A second flush of one turn must not
    ///   take a drainer that has not been scheduled yet for a blocked one.
    package func flush(onlyIfIdle: Bool = false) {
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

/// Work that runs on a thread of the global executor: see ``BatchingExecutor/enqueue(_:)``.
package protocol ConcurrentWork: AnyObject, Sendable {
    /// Does the work; it may block the thread.
    func run()
}
