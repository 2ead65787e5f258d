import CLibWebSockets

/// One thread that reads and writes connections, and runs short work for them.
///
/// Each turn of the loop reads what has arrived, runs the jobs that became ready, then writes what every connection has
/// gathered, one system call each. All members are for the loop's thread, unless they say "any thread".
package final class EventLoop: @unchecked Sendable {
    // Safe because: every mutable member is touched on the loop's own thread only; what other threads hand in goes
    // through `mailbox`, which is locked.

    /// Position of this loop among the loops of its server, from 0.
    package let index: Int
    let raw: LoopStorage
    private let mailbox = Mailbox()
    private var jobs = TurnList<UnownedJob>()
    private var dirty = TurnList<any Flushable>()
    /// The job of the task that is being started, and then what that enqueues before its first wait.
    private var startingJob: UnownedJob?
    private var isStarting = false
    private var hooks: [HookHandle] = []
    private var waker: HookHandle?
    private var thread: ServiceThread?
    private let ending = Ending()
    /// One moment on both clocks.
    private let start: (time: ContinuousClock.Instant, milliseconds: UInt64)
    /// Lent to connections for messages that are not whole yet.
    var messageBuffers = BufferPool()
    /// Lent to connections for output.
    var outputBuffers = BufferPool(prefix: WebSocket.prefix)
    /// Runs handlers on Swift's global executor, handed over once a turn.
    package let concurrentExecutor: BatchingExecutor

    /// The most rounds of jobs in one turn, before input is read again.
    private static let maximumRounds = 16

    /// Makes a loop; it runs after ``start(_:)``.
    package init(index: Int = 0) {
        self.index = index
        raw = LoopStorage.make()
        start = (.now, raw.milliseconds)
        concurrentExecutor = BatchingExecutor(collectingOn: raw)
    }

    /// Starts the loop's thread and runs `setUp` on it, before anything else.
    package func start(_ setUp: @escaping @Sendable () -> Void) {
        // The waker must stand before another thread can post.
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

    /// Runs `work` on the loop's thread; any thread.
    ///
    /// Work posted from one thread runs in the order it was posted. Nothing is lost after ``stop()``: what comes then runs
    /// on a thread of Swift's global executor, one piece after another, and that thread counts as the loop's meanwhile.
    package func execute(_ work: @escaping @Sendable () -> Void) { post(.work(work)) }

    /// Starts a task that prefers this loop.
    ///
    /// It has run up to its first wait when this returns, calls of functions that only change the executor included.
    package func start(_ body: @escaping @isolated(any) @Sendable () async -> Void) -> Task<Void, Never> {
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

    /// The most jobs that starting a task runs; those of a handler with a deadline are three.
    private static let stepsInStart = 4

    /// Has this thread finish an errand that was run; any thread.
    package func takeBack(_ errand: any Errand) { post(.errand(errand)) }

    /// Whether the caller is on the loop's thread; any thread.
    package var isCurrent: Bool { raw.isCurrentThread }

    /// Stops the program when the caller is on another thread.
    @inlinable
    package func preconditionOnLoop() { precondition(isCurrent, "not on the thread of its event loop") }

    /// Calls `body` again and again on the loop's thread, until the loop stops.
    package func every(milliseconds: UInt64, _ body: @escaping () -> Void) {
        unsafe hooks.append(.every(milliseconds: milliseconds, on: raw.pointer, body))
    }

    /// Makes a timer that calls `body` every few milliseconds, from ``LoopTimer/start()`` on, until that returns `false`.
    package func timer(milliseconds: UInt64, _ body: @escaping () -> Bool) -> LoopTimer {
        let timer = LoopTimer(milliseconds: milliseconds, body)
        let handle = unsafe HookHandle.stoppedTimer(on: raw.pointer) { [weak timer] in timer?.fire() }
        timer.use(handle)
        hooks.append(handle)
        return timer
    }

    /// The loop's clock in milliseconds, taken once a turn; it never goes back.
    package var milliseconds: UInt64 { raw.milliseconds }

    /// The time, taken once a turn, to the millisecond.
    package var now: ContinuousClock.Instant {
        start.time + .milliseconds(Int64(raw.milliseconds &- start.milliseconds))
    }

    /// Ends the loop's thread after this turn; any thread.
    ///
    /// What was posted before runs on it. Connections have to be closed before.
    package func stop() {
        execute { [raw] in raw.stop() }
    }

    /// Waits until the loop's thread has ended; not on that thread, which it would block.
    package func join() { thread?.join() }

    /// Waits until the loop's thread has ended, without blocking another one.
    func waitForEnd() async {
        await ending.wait()
        join()
    }

    /// Puts a connection on the list of those written at the end of this turn.
    func markDirty(_ connection: any Flushable) { dirty.append(connection) }

    /// Writes what connections have gathered if they are many, while they are still in the processor's cache.
    func flushIfMany() { if dirty.count >= Self.manyDirty { flushDirty() } }
    private static let manyDirty = 64

    private func post(_ message: Mailbox.Message) {
        switch mailbox.put(message) {
        case .first: waker?.wake()
        case .another: break
        case .unattended: startSubstitute()
        }
    }

    private func drainMailbox() {
        var messages = mailbox.take()
        for message in messages {
            switch message {
            case .work(let work): work()
            case .job(let job): jobs.append(job)
            case .errand(let errand): errand.finish()
            }
        }
        mailbox.recycle(&messages)
    }

    private func finishTurn() {
        runJobs()
        concurrentExecutor.handOver()
        flushDirty()
    }

    /// Does what timers and the closing of connections left to do, before the loop waits for input.
    private func finishTimers() {
        runJobs()
        concurrentExecutor.handOver(onlyIfIdle: true)
        flushDirty()
    }

    /// Ends the loop's work on its own thread: what was posted before runs, and handles are closed.
    private func finish() {
        for hook in hooks { hook.close() }
        drainMailbox()
        runJobs()
        raw.finishClosing()
        hooks = []
        leaveThread()
    }

    /// Does what is posted after the loop's thread has ended, on this one.
    private func substitute() {
        raw.adoptThread()
        drainMailbox()
        runJobs()
        leaveThread()
    }

    /// Leaves what still waits, and what comes, to another thread than this one.
    private func leaveThread() {
        concurrentExecutor.handOver()
        // Every connection is closed, so what they would write has no reader.
        dirty = TurnList()
        let hasJobs = !jobs.isEmpty
        raw.leaveThread()
        if hasJobs { post(.work {}) }
        if !mailbox.leave() { startSubstitute() }
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
        if !jobs.isEmpty { waker?.wake() }
    }

    private func flushDirty() {
        guard !dirty.isEmpty else { return }
        var batch = dirty.take()
        for connection in batch { connection.flush() }
        batch.removeAll(keepingCapacity: true)
        dirty.recycle(&batch)
        // The end of one connection may have made others write.
        if !dirty.isEmpty { waker?.wake() }
    }

    deinit {
        waker?.close()
        raw.retire()
    }
}

/// A connection that gathers output during a turn of its loop.
protocol Flushable: AnyObject {
    /// Writes what was gathered.
    func flush()
}

extension EventLoop: TaskExecutor {
    /// Takes a job; any thread.
    ///
    /// Jobs of the loop's own thread run in this turn, others after one wake-up a batch.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard isCurrent else {
            post(.job(job))
            return
        }
        if isStarting, startingJob == nil { startingJob = job } else { jobs.append(job) }
    }
}

/// Work that another thread has done for a loop, on its way back: see ``EventLoop/takeBack(_:)``.
package protocol Errand: AnyObject, Sendable {
    /// Uses what was found; on the loop's thread, unless the loop has stopped.
    func finish()
}
