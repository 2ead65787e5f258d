import Synchronization

/// Runs one handler against the deadline of its call; the first to come wins.
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

    /// Runs the handler and returns its reply, unless the deadline comes first.
    ///
    /// - Parameters:
    ///   - keepingExecutor: Whether the handler must run on the executor of this task; then it is a child, and also an
    ///     expired call waits for it.
    ///   - handler: Run once.
    /// - Returns: The handler's reply.
    /// - Throws: `.deadlineExceeded`, or what the handler threw.
    func run(
        keepingExecutor: Bool,
        _ handler: @escaping @Sendable () async throws(CallError) -> Reply
    ) async throws(CallError) -> Reply {
        let ticket = queue.add(self, at: deadline)
        defer { queue.remove(ticket) }
        let outcome = keepingExecutor ? await runAsChild(handler) : await runApart(handler)
        return try outcome.get()
    }

    /// Ends the race for the deadline.
    func expire() {
        settle(.failure(.deadlineExceeded()))
        cancelHandler()
    }

    private func runAsChild(_ handler: @escaping @Sendable () async throws(CallError) -> Reply) async -> Outcome {
        await withTaskGroup(of: Void.self) { group in
            group.addImmediateTask { self.settle(await Self.outcome(of: handler)) }
            let outcome = await settled()
            group.cancelAll()
            return outcome
        }
    }

    /// The handler's task outlives this function only when the deadline won, and then it is cancelled.
    private func runApart(_ handler: @escaping @Sendable () async throws(CallError) -> Reply) async -> Outcome {
        await withTaskCancellationHandler {
            let task = Task.immediate { self.settle(await Self.outcome(of: handler)) }
            let isCancelled = state.withLock { state in
                state.handler = task
                return state.isCancelled
            }
            if isCancelled { task.cancel() }
            return await settled()
        } onCancel: {
            cancelHandler()
        }
    }

    /// Cancels the handler, also one that has yet to come to its first wait.
    private func cancelHandler() {
        let handler = state.withLock { state in
            state.isCancelled = true
            return state.handler
        }
        handler?.cancel()
    }

    private func settled() async -> Outcome {
        await Suspension.wait { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

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
