import CLibWebSockets
import PosternQueues

/// A thread that reads and writes connections, and runs short jobs for them.
///
/// Each turn of the loop reads the input that has arrived, runs the jobs that have become ready, then writes the output
/// of every connection with one system call each; of those with much output, a few. All members must be used on the
/// loop's thread, unless stated otherwise.
package final class EventLoop: @unchecked Sendable {
    // Safe because: every mutable member is used on the loop's own thread only; other threads use `mailbox`, which has
    // a lock.

    /// The position of this loop among the loops of its server, from 0.
    package let index: Int
    let raw: LoopStorage
    private let mailbox = Mailbox()
    private var jobs = TurnList<UnownedJob>()
    /// The connections that have output for this turn.
    private var dirty = TurnList<any Flushable>()
    /// The connections with much output, which are flushed behind the others, a few in each turn.
    private var postponed = Queue<any Flushable>()
    /// Whether a connection is postponed; stored, as reading it costs no check for exclusive access.
    private var hasPostponed = false
    /// The number of messages of connections without output since the last flush.
    private var messagesBeforeFlush = 0
    /// The first job of the task that ``start(_:)-task`` starts, then each further job until the task suspends.
    private var startingJob: UnownedJob?
    /// Whether ``start(_:)-task`` is executing.
    private var isStarting = false
    private var hooks: [HookHandle] = []
    private var waker: HookHandle?
    private var thread: ServiceThread?
    private let ending = Ending()
    /// The messages taken from the mailbox, of which those before `backlogIndex` have been handled.
    private var backlog: [Mailbox.Message] = []
    private var backlogIndex = 0
    /// One instant on `ContinuousClock` and on libuv's clock, to convert between them without a system call.
    private let start: (time: ContinuousClock.Instant, milliseconds: UInt64)
    /// Buffers for incomplete messages.
    var messageBuffers = BufferPool()
    /// Buffers for output.
    var outputBuffers = BufferPool(prefix: WebSocketOutput.prefix)
    /// The executor that runs handlers on Swift's global executor; flushed once per turn.
    package let concurrentExecutor: BatchingExecutor

    /// The maximum number of rounds of jobs in one turn, so that jobs that enqueue jobs do not keep input from being
    /// read.
    private static let maximumRounds = 16

    /// Creates a loop, which runs once it is started.
    package init(index: Int = 0) {
        self.index = index
        raw = LoopStorage.make()
        start = (.now, raw.milliseconds)
        concurrentExecutor = BatchingExecutor(collectingOn: raw)
    }

    /// Starts the loop's thread, which first calls `setUp`.
    package func start(_ setUp: @escaping @Sendable () -> Void) {
        // Before the thread starts: from then on other threads may post.
        waker = unsafe HookHandle.onWake(of: raw.pointer) { [unowned self] in drainMailbox() }
        thread = ServiceThread { [self] in
            raw.adoptThread()
            defer { ending.announce() }
            unsafe hooks.append(.afterEachTurn(of: raw.pointer) { [unowned self] in finishTurn() })
            unsafe hooks.append(.beforeEachWait(of: raw.pointer) { [unowned self] in finishTimers() })
            setUp()
            raw.run()
            finish()
        }
    }

    /// Runs `work` on the loop's thread; may be called from any thread.
    ///
    /// Work that is posted from one thread runs in order. Work that is posted after ``stop()`` is not lost: it runs
    /// serially on a thread of Swift's global executor, which counts as the loop's thread meanwhile.
    package func execute(_ work: @escaping @Sendable () -> Void) { post(.work(work)) }

    /// Starts a task that prefers this loop as its executor, and runs it up to its first suspension.
    ///
    /// A function that only changes the executor enqueues the task on this loop once more, which does not count as a
    /// suspension.
    package func start(_ body: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> {
        // While `isStarting` is set, `enqueue(_:)` puts the job of the new task into `startingJob`, from where it runs
        // below instead of at the end of the turn. Calls may nest: a handler that runs here can start a task too.
        let outer = (startingJob, isStarting)
        (startingJob, isStarting) = (nil, true)
        let task = Task(executorPreference: self, operation: body)
        for _ in 0..<Self.stepsInStart {
            guard let job = startingJob.take() else { break }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
        if let job = startingJob { jobs.append(job) }
        (startingJob, isStarting) = outer
        return task
    }

    /// The maximum number of jobs that run while a task is started; a handler with a deadline has three.
    private static let stepsInStart = 4

    /// Calls `finish()` of an errand on the loop's thread; may be called from any thread.
    package func takeBack(_ errand: any Errand) { post(.errand(errand)) }

    /// Whether the caller is on the loop's thread; may be used on any thread.
    package var isCurrent: Bool { raw.isCurrentThread }

    /// Stops the program if the caller is not on the loop's thread.
    @inlinable
    package func preconditionOnLoop() { precondition(isCurrent, "not on the thread of its event loop") }

    /// Calls `body` periodically on the loop's thread, until the loop stops.
    package func every(milliseconds: UInt64, _ body: @escaping () -> Void) {
        unsafe hooks.append(.every(milliseconds: milliseconds, on: raw.pointer, body))
    }

    /// Returns a stopped timer, which calls `body` periodically from ``LoopTimer/start()`` until that returns `false`.
    package func timer(milliseconds: UInt64, _ body: @escaping () -> Bool) -> LoopTimer {
        let timer = LoopTimer(milliseconds: milliseconds, body)
        let handle = unsafe HookHandle.stoppedTimer(on: raw.pointer) { [weak timer] in timer?.fire() }
        timer.use(handle)
        hooks.append(handle)
        return timer
    }

    /// The time of the loop's monotonic clock in milliseconds, read once per turn.
    package var milliseconds: UInt64 { raw.milliseconds }

    /// The current instant, to the millisecond, read once per turn.
    package var now: ContinuousClock.Instant {
        start.time + .milliseconds(Int64(raw.milliseconds &- start.milliseconds))
    }

    /// Ends the loop's thread after this turn; may be called from any thread.
    ///
    /// Work that was posted before still runs on the thread. All connections must be closed before.
    package func stop() {
        execute { [raw] in raw.stop() }
    }

    /// Blocks until the loop's thread has ended; must not be called on that thread.
    package func join() { thread?.join() }

    /// Waits until the loop's thread has ended, without blocking a thread.
    func waitForEnd() async {
        await ending.wait()
        join()
    }

    /// Schedules a connection to be flushed at the end of this turn, or to be postponed by it.
    func markDirty(_ connection: any Flushable) { dirty.append(connection) }

    /// Schedules a connection with much output to be flushed behind the others, unless it is scheduled already.
    @inline(never)
    func postpone(_ connection: any Flushable) {
        guard !connection.isPostponed else { return }
        connection.isPostponed = true
        postponed.append(connection)
        hasPostponed = true
    }

    /// The size in bytes above which output that no client has requested is sent before the end of the turn.
    static let longBytes = 64 << 10

    /// The size in bytes above which output is much: the system needs a millisecond or more to take it over.
    static let muchBytes = 1 << 20

    /// Notes a message of a connection that has no output, and flushes the scheduled connections if they are many,
    /// while their state is still in the processor's cache, or if they have waited for as many messages of others.
    @inline(__always)
    func noteMessage() {
        messagesBeforeFlush += 1
        if max(dirty.count, messagesBeforeFlush) >= Self.many { flushWhileReceiving() }
    }

    // Kept out of its caller's code: nearly every message ends in the line above.
    @inline(never)
    private func flushWhileReceiving() {
        isReceiving = true
        flushDirty()
        isReceiving = false
    }
    private static let many = 64
    /// Whether connections are flushed while libwebsockets passes on a message, whose buffer it uses for handshakes too.
    private(set) var isReceiving = false

    private func post(_ message: Mailbox.Message) {
        switch mailbox.put(message) {
        case .first: waker?.wake()
        // One wake-up is enough for all messages up to the next drain: each costs a system call.
        case .another: break
        case .unattended: startSubstitute()
        }
    }

    /// Handles the messages in the mailbox; the rest waits for the next turn when they take long.
    ///
    /// Hundreds of large results may arrive at once, and other connections must be served between them.
    ///
    /// - Parameter isLast: Whether there is no next turn, so that all messages are handled now.
    private func drainMailbox(isLast: Bool = false) {
        let isResumed = !backlog.isEmpty
        if !isResumed { backlog = mailbox.take() }
        var start: ContinuousClock.Instant?
        while backlogIndex < backlog.count {
            handle(backlog[backlogIndex])
            backlogIndex += 1
            // The clock is not read for the only message of most turns.
            guard backlog.count > 1, !isLast else { continue }
            let now = ContinuousClock.now
            if now - (start ?? now) > Self.mailboxTime {
                waker?.wake()
                return
            }
            start = start ?? now
        }
        backlogIndex = 0
        mailbox.recycle(&backlog)
        // The wake-up of the messages that arrived since then may have been the one for this call.
        guard isResumed else { return }
        if isLast { drainMailbox(isLast: true) } else { waker?.wake() }
    }
    private static let mailboxTime = Duration.milliseconds(2)

    private func handle(_ message: Mailbox.Message) {
        switch message {
        case .work(let work): work()
        case .job(let job): jobs.append(job)
        case .errand(let errand): errand.finish()
        }
    }

    private func finishTurn() {
        runJobs()
        concurrentExecutor.flush()
        flushDirty()
        if hasPostponed { flushPostponed() }
    }

    /// Runs the jobs and writes the output of timers and of closed handles, which libuv runs behind `finishTurn`.
    ///
    /// Without this they would wait until input arrives.
    private func finishTimers() {
        runJobs()
        concurrentExecutor.flush(onlyIfIdle: true)
        flushDirty()
        if hasPostponed { waker?.wake() }
    }

    /// Runs the work that was posted before the stop, and closes the loop's handles.
    private func finish() {
        for hook in hooks { hook.close() }
        drainMailbox(isLast: true)
        runJobs()
        raw.finishClosing()
        hooks = []
        leaveThread()
    }

    /// Runs work that is posted after the loop's thread has ended; meanwhile the calling thread counts as the loop's.
    private func substitute() {
        raw.adoptThread()
        drainMailbox(isLast: true)
        runJobs()
        leaveThread()
    }

    /// Ends this thread's role as the loop's thread, and starts a substitute if work is left.
    private func leaveThread() {
        concurrentExecutor.flush()
        // Every connection is closed, so there is no reader for their output.
        (dirty, postponed) = (TurnList(), Queue())
        let hasJobs = !jobs.isEmpty
        raw.leaveThread()
        // `jobs` is used by the loop's thread only, so an empty message makes the substitute run them.
        if hasJobs { post(.work {}) }
        if !mailbox.stopReading() { startSubstitute() }
    }

    private func startSubstitute() { Task.detached { self.substitute() } }

    private func runJobs() {
        var rounds = 0
        while !jobs.isEmpty, rounds < Self.maximumRounds {
            var batch = jobs.take()
            for job in batch { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
            batch.removeAll(keepingCapacity: true)
            jobs.recycle(&batch)
            rounds += 1
        }
        // The rest runs in the next turn, which must not block waiting for input.
        if !jobs.isEmpty { waker?.wake() }
    }

    private func flushDirty() {
        messagesBeforeFlush = 0
        guard !dirty.isEmpty else { return }
        var batch = dirty.take()
        for connection in batch { connection.endTurn() }
        batch.removeAll(keepingCapacity: true)
        dirty.recycle(&batch)
        // Closing a connection may have queued output on others.
        if !dirty.isEmpty { waker?.wake() }
    }

    /// Flushes postponed connections until this turn has had its share; others are served before the next turn's.
    @inline(never)
    private func flushPostponed() {
        var count = 0
        while count < Self.postponedInTurn, let connection = postponed.take() {
            connection.isPostponed = false
            // It may have been flushed meanwhile, as its socket has become writable.
            guard connection.isDirty else { continue }
            connection.flush()
            count += 1
        }
        hasPostponed = !postponed.isEmpty
        if hasPostponed { waker?.wake() }
    }
    private static let postponedInTurn = 2

    deinit {
        waker?.close()
        raw.retire()
    }
}

/// A connection that collects output during a turn of its loop.
protocol Flushable: AnyObject {
    /// Whether output was collected since the last flush.
    var isDirty: Bool { get }
    /// Whether the loop has postponed the flush.
    var isPostponed: Bool { get set }
    /// Flushes the output of this turn, or passes it to ``EventLoop/postpone(_:)`` if it is much.
    func endTurn()
    /// Writes the collected output.
    func flush()
}

extension EventLoop: TaskExecutor {
    /// Enqueues a job; may be called from any thread.
    ///
    /// Jobs from the loop's own thread run in this turn. Jobs from other threads go through the mailbox, with one
    /// wake-up for all of them.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard isCurrent else {
            post(.job(job))
            return
        }
        if isStarting, startingJob == nil { startingJob = job } else { jobs.append(job) }
    }
}

/// A job that runs on another thread and finishes on its event loop: see ``EventLoop/takeBack(_:)``.
///
/// The object itself travels, so that the way back allocates no closure.
package protocol Errand: AnyObject, Sendable {
    /// Uses the result of the job, on the loop's thread.
    func finish()
}
