private import Synchronization

/// The answer to a pending call: there once, for everybody who waits or asks later.
final class PendingReply: Sendable {
    typealias Action = @Sendable () async -> Void

    private struct State {
        var result: Result<Reply, CallError>?
        var isExpired = false
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
        var actions: [(executor: (any TaskExecutor)?, run: Action)] = []
        var areActionsRunning = false
    }

    private let state = Mutex(State())

    /// The answer; `nil` while there is none.
    var result: Result<Reply, CallError>? { state.withLock { $0.result } }

    /// Whether the answer is that the time ran out.
    var isExpired: Bool { state.withLock { $0.isExpired } }

    /// Takes the answer; all but the first are passed over.
    func settle(_ result: Result<Reply, CallError>, isExpiry: Bool = false) {
        let waiting = state.withLock { state -> [UInt64: CheckedContinuation<Void, Never>] in
            guard state.result == nil else { return [:] }
            state.result = result
            state.isExpired = isExpiry
            defer { state.waiting = [:] }
            return state.waiting
        }
        for waiter in waiting.sorted(by: { $0.key < $1.key }) { waiter.value.resume() }
        runActions()
    }

    /// Waits for the answer, or until the waiting task is cancelled.
    func wait() async {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { enter(number, $0) }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }

    private func enter(_ number: UInt64, _ continuation: CheckedContinuation<Void, Never>) {
        let waits = state.withLock { state in
            // A cancellation before this found nobody to wake.
            guard state.result == nil, !Task.isCancelled else { return false }
            state.waiting[number] = continuation
            return true
        }
        if !waits { continuation.resume() }
    }

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
            if state.actions.isEmpty {
                state.areActionsRunning = false
                return nil
            }
            return state.actions.removeFirst()
        }
    }
}
