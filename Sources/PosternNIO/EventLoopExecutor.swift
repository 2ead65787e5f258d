import NIOCore
import NIOPosix
import Synchronization

/// Runs jobs on an event loop: one for all its connections.
///
/// What is enqueued while the loop does something else runs at the end of its turn, in the order in which it came, with
/// one wake-up for all. After some jobs the loop gets on with what they left behind: what they have to say leaves, and
/// the other side has something to do meanwhile.
///
/// When the loop ends, tasks that still wait go on on the global executor.
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var waiting: [UnownedJob] = []
        var isScheduled = false
        /// What is enqueued while a task is being started, and runs before ``EventLoopExecutor/start(_:)`` returns.
        var starting: Slot?

        /// Takes the first jobs, and whether some are left.
        mutating func take() -> (jobs: [UnownedJob], hasMore: Bool) {
            let jobs = Array(waiting.prefix(EventLoopExecutor.jobsAtOnce))
            waiting.removeFirst(jobs.count)
            isScheduled = !waiting.isEmpty
            return (jobs, isScheduled)
        }
    }

    /// Room for one job.
    private struct Slot {
        var job: UnownedJob?
    }

    private static let jobsAtOnce = 16
    private let loop: any EventLoop
    private let state = Mutex(State())
    private let retired = Atomic(false)

    /// Whether the loop has ended, or is about to, and takes nothing more.
    var hasRetired: Bool { retired.load(ordering: .acquiring) }

    /// The executor of the loop that runs on this thread.
    private static let current = ThreadSpecificVariable<EventLoopExecutor>()

    private init(_ loop: any EventLoop) {
        self.loop = loop
        // A loop fails what is scheduled when it ends: there is no other way to learn that of a loop that others own.
        // Strong: the thread of the loop keeps the executor anyway, and a weak reference would make each retain of it slow.
        loop.scheduleTask(in: .hours(1 << 19)) {}.futureResult.whenFailure { _ in self.retire() }
    }

    /// The executor of an event loop; asked for on its thread.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor {
        loop.assertInEventLoop()
        if let executor = current.currentValue, executor.loop === loop { return executor }
        let executor = EventLoopExecutor(loop)
        current.currentValue = executor
        return executor
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let schedules = state.withLock { state in
            if let slot = state.starting, slot.job == nil {
                state.starting = Slot(job: job)
                return false
            }
            state.waiting.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if schedules { schedule() }
    }

    /// Has the global executor run what waits, and what is enqueued from here on.
    func retire() {
        retired.store(true, ordering: .releasing)
        // The loop may have dropped what it was given last.
        if state.withLock({ $0.isScheduled }) { schedule() }
    }

    private func schedule() {
        if hasRetired { Task.detached { self.run() } } else { loop.execute { self.run() } }
    }

    /// Starts a task; on the thread of the loop.
    ///
    /// It has run up to its first wait when this returns, calls of functions that only change the executor included.
    func start(_ body: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> {
        let outer = state.withLock { state in exchange(&state.starting, with: Slot()) }
        let task = Task(executorPreference: self, operation: body)
        for _ in 0..<Self.stepsInStart {
            guard let job = state.withLock({ $0.starting?.job.take() }) else { break }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
        if let job = state.withLock({ state in exchange(&state.starting, with: outer)?.job }) {
            enqueue(ExecutorJob(job))
        }
        return task
    }

    /// The most jobs that starting a task runs; those of a handler with a deadline are three.
    private static let stepsInStart = 4

    private func run() {
        let (jobs, hasMore) = state.withLock { $0.take() }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        if hasMore { schedule() }
    }
}
