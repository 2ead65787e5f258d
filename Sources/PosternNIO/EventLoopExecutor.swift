package import NIOCore
import NIOPosix
import Postern
import Synchronization

/// A task executor that runs jobs on an event loop; all connections of the loop share it.
///
/// Jobs enqueued from elsewhere run at the end of the loop's turn, in order, with one wake-up for all of them. Jobs
/// enqueued within ``turn(_:)`` run right after its step. After ``jobsAtOnce`` jobs the loop gets a turn, so that their
/// output is written and the other side can work on it meanwhile.
///
/// When the loop ends, the remaining jobs run on the global executor.
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var waiting = CircularBuffer<UnownedJob>()
        var isScheduled = false
        /// The slot for the jobs of a task that is being started, which run before ``EventLoopExecutor/start(_:)``
        /// returns.
        var starting: Slot?
    }

    /// A place for one job.
    private struct Slot {
        var job: UnownedJob?
    }

    /// Whether the loop is within ``EventLoopExecutor/turn(_:)``.
    ///
    /// Written on the thread of the loop only, so relaxed loads and stores are enough.
    private enum Phase: UInt8, AtomicRepresentable {
        case outside, inside
        /// Inside, and the step has enqueued jobs.
        case hasJobs
    }

    /// The most jobs that run before the loop gets a turn.
    private static let jobsAtOnce = 16
    private let loop: any EventLoop
    private let state = Mutex(State())
    private let phase = Atomic(Phase.outside)
    private let retired = Atomic(false)

    /// The number of steps passed to ``execute(_:)`` that have not begun.
    private let queued = Atomic(0)

    /// Whether a step waits for the loop; read on its thread.
    var hasWork: Bool { queued.load(ordering: .relaxed) > 0 }

    /// Whether the loop has ended or is about to, so that nothing can be scheduled on it.
    var hasRetired: Bool { retired.load(ordering: .acquiring) }

    /// The executor of the loop that runs on this thread.
    private static let current = ThreadSpecificVariable<EventLoopExecutor>()

    private init(_ loop: any EventLoop) {
        self.loop = loop
        // A loop fails its scheduled tasks when it ends, the only notification that a loop of another owner has to
        // offer. Captures `self` strongly: the loop's thread retains the executor anyway, and an object with weak
        // references is slower to retain and release.
        loop.scheduleTask(in: .hours(1 << 19)) {}.futureResult.whenFailure { _ in self.retire() }
    }

    /// Returns the executor of an event loop; must be called on its thread.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor {
        loop.assertInEventLoop()
        if let executor = current.currentValue, executor.loop === loop { return executor }
        let executor = EventLoopExecutor(loop)
        current.currentValue = executor
        return executor
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOfTurn = isInTurn
        let schedules = state.withLock { state in
            // An empty slot takes the next job, which is that of the task being started; a job that another thread
            // enqueues at this moment just runs earlier.
            if let slot = state.starting, slot.job == nil {
                state.starting = Slot(job: job)
                return false
            }
            state.waiting.append(job)
            guard !isOfTurn, !state.isScheduled else { return false }
            state.isScheduled = true
            return true
        }
        if isOfTurn { phase.store(.hasJobs, ordering: .relaxed) }
        if schedules { schedule() }
    }

    /// Runs a step, then the jobs that it enqueued, whose output is written together with that of the step.
    ///
    /// Must be called on the thread of the loop.
    func turn(_ step: () -> Void) {
        guard phase.load(ordering: .relaxed) == .outside else { return step() }
        phase.store(.inside, ordering: .relaxed)
        step()
        if phase.load(ordering: .relaxed) == .hasJobs { run() }
        phase.store(.outside, ordering: .relaxed)
    }

    /// Whether this is the thread of the loop, within ``turn(_:)``.
    private var isInTurn: Bool { phase.load(ordering: .relaxed) != .outside && loop.inEventLoop }

    /// Moves the waiting jobs, and all later ones, to the global executor.
    func retire() {
        retired.store(true, ordering: .releasing)
        // The loop may have dropped the step that was to run the waiting jobs.
        if state.withLock({ $0.isScheduled }) { schedule() }
    }

    private func schedule() {
        if hasRetired { Task.detached { self.run() } } else { execute { $0.run() } }
    }

    /// Enqueues a step on the loop; may be called on any thread.
    func execute(_ work: @escaping @Sendable (EventLoopExecutor) -> Void) {
        queued.add(1, ordering: .relaxed)
        loop.execute {
            self.queued.subtract(1, ordering: .relaxed)
            work(self)
        }
    }

    /// Starts a task and runs it up to its first suspension, except for those that only change the executor.
    ///
    /// Must be called on the thread of the loop.
    func start(_ body: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> {
        // The slot catches the jobs of this task, so that they run here and not at the end of the turn. A task that
        // starts another one has its own slot, which is put back afterwards.
        let outer = state.withLock { state in exchange(&state.starting, with: Slot()) }
        let task = Task(executorPreference: self, operation: body)
        for _ in 0..<Self.stepsInStart {
            guard let job = state.withLock({ $0.starting?.job.take() }) else { break }
            // Safe because each job is removed from the slot before it runs, and so runs once.
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
        if let job = state.withLock({ state in exchange(&state.starting, with: outer)?.job }) {
            enqueue(ExecutorJob(job))
        }
        return task
    }

    /// The most jobs that starting a task runs; a handler with a deadline needs three.
    private static let stepsInStart = 4

    private func run() {
        for _ in 0..<Self.jobsAtOnce {
            guard let job = state.withLock({ $0.waiting.popFirst() }) else { break }
            // Safe because each job is removed from the queue before it runs, and so runs once.
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
        let hasMore = state.withLock { state in
            state.isScheduled = !state.waiting.isEmpty
            return state.isScheduled
        }
        if hasMore { schedule() }
    }
}

extension EventLoopFuture where Value: Sendable {
    /// Waits for the result, like SwiftNIO's `get()`, but without a false report of the thread sanitizer.
    ///
    /// A task of `get()` that is resumed before it suspends continues without a synchronisation that the sanitizer
    /// knows; `Suspension` has one.
    package func result() async throws -> Value {
        try await Suspension.wait { suspension in whenComplete { suspension.resume(returning: $0) } }.get()
    }
}
