internal import PosternQueues
private import Synchronization

/// The reply to a pending call, which any number of tasks may wait for or read later.
final class PendingReply: Sendable {
    typealias Action = @Sendable () async -> Void

    private struct State {
        var result: Result<Reply, CallError>?
        var isExpired = false
        var actions = Queue<(executor: (any TaskExecutor)?, run: Action)>()
        var areActionsRunning = false
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()

    /// The reply, or `nil` if there is none yet.
    var result: Result<Reply, CallError>? { state.withLock { $0.result } }

    /// Whether the call was settled because its deadline passed.
    var isExpired: Bool { state.withLock { $0.isExpired } }

    /// Sets the reply.
    ///
    /// Later replies are ignored.
    func settle(_ result: Result<Reply, CallError>, isExpiry: Bool = false) {
        let isFirst = state.withLock { state in
            guard state.result == nil else { return false }
            state.result = result
            state.isExpired = isExpiry
            return true
        }
        guard isFirst else { return }
        // After the lock is released: resumed tasks and actions read the result under it.
        waiting.wakeAll()
        runActions()
    }

    /// Waits for the reply, or until the waiting task is cancelled.
    func wait() async { await waiting.wait(waiting.makeTicket()) { result != nil } }

    /// Runs an action once the reply has arrived.
    ///
    /// Actions run one after the other in the order of registration.
    func whenSettled(on executor: (any TaskExecutor)?, _ action: @escaping Action) {
        state.withLock { $0.actions.append((executor, action)) }
        runActions()
    }

    private func runActions() {
        let starts = state.withLock { state in
            // One task runs all actions, which keeps them in order; an action that is added meanwhile joins its queue.
            guard state.result != nil, !state.actions.isEmpty, !state.areActionsRunning else { return false }
            state.areActionsRunning = true
            return true
        }
        guard starts else { return }
        Task {
            while let action = self.nextAction() {
                await withTaskExecutorPreference(action.executor) { await action.run() }
            }
        }
    }

    private func nextAction() -> (executor: (any TaskExecutor)?, run: Action)? {
        state.withLock { state in
            if let action = state.actions.take() { return action }
            state.areActionsRunning = false
            return nil
        }
    }
}
