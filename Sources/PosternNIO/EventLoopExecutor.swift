package import NIOCore
import NIOPosix
import Postern
import Synchronization

/// Runs jobs on an event loop: one for all its connections.
///
/// What is enqueued while the loop does something else runs at the end of its turn, in the order in which it came, with
/// one wake-up for all; what a step in ``turn(_:)`` enqueues runs right behind the step. After some jobs the loop gets on
/// with what they left behind: what they have to say leaves, and the other side has something to do meanwhile.
///
/// When the loop ends, tasks that still wait go on on the global executor.
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var waiting = CircularBuffer<UnownedJob>()
        var isScheduled = false
        /// What is enqueued while a task is being started, and runs before ``EventLoopExecutor/start(_:)`` returns.
        var starting: Slot?
    }

    /// Room for one job.
    private struct Slot {
        var job: UnownedJob?
    }

    /// Whether the loop is within ``EventLoopExecutor/turn(_:)``; changes on its thread only.
    private enum Phase: UInt8, AtomicRepresentable {
        case outside, inside
        /// Inside, and jobs were enqueued.
        case hasJobs
    }

    private static let jobsAtOnce = 16
    private let loop: any EventLoop
    private let state = Mutex(State())
    private let phase = Atomic(Phase.outside)
    private let retired = Atomic(false)

    /// The pieces of work that were put behind what the loop does, and have not begun.
    private let queued = Atomic(0)

    /// Whether anything was put behind what the loop does; asked for on its thread.
    var hasWork: Bool { queued.load(ordering: .relaxed) > 0 }

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
        let isOfTurn = isInTurn
        let schedules = state.withLock { state in
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

    /// Runs a step of the loop, then the jobs that the step enqueued; on the thread of the loop.
    ///
    /// Their output leaves together with that of the step.
    func turn(_ step: () -> Void) {
        guard phase.load(ordering: .relaxed) == .outside else { return step() }
        phase.store(.inside, ordering: .relaxed)
        step()
        if phase.load(ordering: .relaxed) == .hasJobs { run() }
        phase.store(.outside, ordering: .relaxed)
    }

    /// Whether this is the thread of the loop, within ``turn(_:)``.
    private var isInTurn: Bool { phase.load(ordering: .relaxed) != .outside && loop.inEventLoop }

    /// Has the global executor run what waits, and what is enqueued from here on.
    func retire() {
        retired.store(true, ordering: .releasing)
        // The loop may have dropped what it was given last.
        if state.withLock({ $0.isScheduled }) { schedule() }
    }

    private func schedule() {
        if hasRetired { Task.detached { self.run() } } else { execute { $0.run() } }
    }

    /// Has the loop run something behind what it does now.
    func execute(_ work: @escaping @Sendable (EventLoopExecutor) -> Void) {
        queued.add(1, ordering: .relaxed)
        loop.execute {
            self.queued.subtract(1, ordering: .relaxed)
            work(self)
        }
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
        for _ in 0..<Self.jobsAtOnce {
            guard let job = state.withLock({ $0.waiting.popFirst() }) else { break }
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
    /// Waits for the result.
    ///
    /// What `get()` of SwiftNIO does. There a task that is resumed before it waits goes on without anything in between
    /// that the thread sanitizer sees, which then reports a race; a suspension shows it the order.
    package func result() async throws -> Value {
        try await Suspension.wait { suspension in whenComplete { suspension.resume(returning: $0) } }.get()
    }
}
