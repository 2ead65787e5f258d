private import Synchronization

/// The answer to a pending call: there once, for everybody who waits or asks later.
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

    /// The answer; `nil` while there is none.
    var result: Result<Reply, CallError>? { state.withLock { $0.result } }

    /// Whether the answer is that the time ran out.
    var isExpired: Bool { state.withLock { $0.isExpired } }

    /// Takes the answer; all but the first are passed over.
    func settle(_ result: Result<Reply, CallError>, isExpiry: Bool = false) {
        let isFirst = state.withLock { state in
            guard state.result == nil else { return false }
            state.result = result
            state.isExpired = isExpiry
            return true
        }
        guard isFirst else { return }
        waiting.wakeAll()
        runActions()
    }

    /// Waits for the answer, or until the waiting task is cancelled.
    func wait() async { await waiting.wait(waiting.makeTicket()) { result != nil } }

    /// Does something once the answer is there: actions run one after another, in the order in which they were given.
    func whenSettled(on executor: (any TaskExecutor)?, _ action: @escaping Action) {
        state.withLock { $0.actions.append((executor, action)) }
        runActions()
    }

    private func runActions() {
        let starts = state.withLock { state in
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
