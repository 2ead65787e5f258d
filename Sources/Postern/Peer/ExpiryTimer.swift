private import Synchronization

/// Wakes a peer when the next of its calls runs out of time: one sleeping task, however many calls wait.
final class ExpiryTimer: Sendable {
    private struct State {
        var fires: Moment?
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let state = Mutex(State())

    /// Makes sure that `body` runs at `deadline` at the latest; it gives the next deadline, `nil` when nothing waits.
    func arm(_ deadline: Moment, _ body: @escaping @Sendable () -> Moment?) {
        let replaced = state.withLock { state -> Task<Void, Never>? in
            guard !state.isStopped, state.fires.map({ deadline < $0 }) ?? true else { return nil }
            defer { state.task = Task { await self.run(at: deadline, body) } }
            state.fires = deadline
            return state.task
        }
        replaced?.cancel()
    }

    /// Ends the waiting for good.
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
        // Deadlines that are set from here on find no timer and start their own.
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
