private import Synchronization

/// A timer for the earliest deadline of a peer's calls.
///
/// It uses one sleeping task, however many calls wait.
final class ExpiryTimer: Sendable {
    private struct State {
        var fires: Moment?
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let state = Mutex(State())

    /// Ensures that `body` runs at `deadline` or earlier.
    ///
    /// - Parameters:
    ///   - deadline: The moment at which a call expires.
    ///   - body: Expires calls, and returns the next deadline, or `nil` if no call has one.
    func arm(_ deadline: Moment, _ body: @escaping @Sendable () -> Moment?) {
        let replaced = state.withLock { state -> Task<Void, Never>? in
            // The common case, deadlines in increasing order, keeps the task that sleeps.
            guard !state.isStopped, state.fires.map({ deadline < $0 }) ?? true else { return nil }
            defer { state.task = Task { await self.run(at: deadline, body) } }
            state.fires = deadline
            return state.task
        }
        replaced?.cancel()
    }

    /// Cancels the timer permanently.
    func stop() {
        let task = state.withLock { state in
            state.isStopped = true
            defer { state.task = nil }
            return state.task
        }
        task?.cancel()
    }

    private func run(
        at deadline: Moment,
        _ body: @escaping @Sendable () -> Moment?
    ) async {
        do { try await Task.sleep(until: deadline.instant.clamped, clock: .continuous) } catch { return }
        // A deadline that is set from here on finds no timer and starts one of its own.
        guard disarm(deadline) else { return }
        if let next = body() { arm(next, body) }
    }

    private func disarm(_ deadline: Moment) -> Bool {
        state.withLock { state in
            guard state.fires == deadline, !state.isStopped else { return false }
            state.fires = nil
            state.task = nil
            return true
        }
    }
}
