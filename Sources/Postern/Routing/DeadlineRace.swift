import Synchronization

/// A race between one handler and the deadline of its call: the first decides the outcome.
final class DeadlineRace: Sendable {
    private typealias Outcome = Result<Reply, CallError>

    private struct State {
        var outcome: Outcome?
        var waiter: Suspension<Outcome>?
        var handler: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())
    private let queue: DeadlineQueue
    private let deadline: ContinuousClock.Instant

    init(queue: DeadlineQueue, deadline: ContinuousClock.Instant) {
        self.queue = queue
        self.deadline = deadline
    }

    /// Runs the handler and returns its reply, unless the deadline passes first.
    ///
    /// - Parameters:
    ///   - keepingExecutor: Whether the handler must run on the executor of this task. If so, it is a child task, for
    ///     which this function waits even after the deadline.
    ///   - handler: A function that is called once.
    /// - Returns: The reply of the handler.
    /// - Throws: `.deadlineExceeded`, or the error of the handler.
    func run(
        keepingExecutor: Bool,
        _ handler: @escaping @Sendable () async throws(CallError) -> Reply
    ) async throws(CallError) -> Reply {
        let ticket = queue.add(self, at: deadline)
        defer { queue.remove(ticket) }
        let outcome = keepingExecutor ? await runAsChild(handler) : await runApart(handler)
        return try outcome.get()
    }

    /// Ends the race with `.deadlineExceeded` unless it has ended, and cancels the handler.
    func expire() {
        settle(.failure(.deadlineExceeded()))
        cancelHandler()
    }

    /// Runs the handler in a child task, which inherits the executor.
    private func runAsChild(_ handler: @escaping @Sendable () async throws(CallError) -> Reply) async -> Outcome {
        await withTaskGroup(of: Void.self) { group in
            group.addImmediateTask { self.settle(await Self.outcome(of: handler)) }
            let outcome = await settled()
            group.cancelAll()
            return outcome
        }
    }

    /// Runs the handler in a task of its own, which outlives this function only after the deadline and is cancelled
    /// then.
    private func runApart(_ handler: @escaping @Sendable () async throws(CallError) -> Reply) async -> Outcome {
        await withTaskCancellationHandler {
            // An unstructured task, because a task group would wait for a handler that ignores its cancellation.
            let task = Task.immediate { self.settle(await Self.outcome(of: handler)) }
            let isCancelled = state.withLock { state in
                state.handler = task
                return state.isCancelled
            }
            // The deadline or the caller's cancellation may have come before the task was stored.
            if isCancelled { task.cancel() }
            return await settled()
        } onCancel: {
            cancelHandler()
        }
    }

    /// Cancels the handler's task, or records the cancellation for the task that is about to be stored.
    private func cancelHandler() {
        let handler = state.withLock { state in
            state.isCancelled = true
            return state.handler
        }
        handler?.cancel()
    }

    /// Waits for the outcome.
    private func settled() async -> Outcome {
        await Suspension.wait { continuation in
            // Checked and registered under one lock, so that an outcome in between is not missed.
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// Records the outcome unless there is one, and resumes the waiting task.
    private func settle(_ outcome: Outcome) {
        let waiter = state.withLock { state in
            guard state.outcome == nil else { return nil as Suspension<Outcome>? }
            state.outcome = outcome
            return state.waiter.take()
        }
        waiter?.resume(returning: outcome)
    }

    private static func outcome(of handler: @Sendable () async throws(CallError) -> Reply) async -> Outcome {
        do throws(CallError) { return .success(try await handler()) } catch { return .failure(error) }
    }
}
