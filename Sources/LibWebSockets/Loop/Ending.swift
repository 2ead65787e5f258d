import Synchronization

/// A one-time event that any number of tasks can wait for.
final class Ending: Sendable {
    private enum State {
        case ahead([CheckedContinuation<Void, Never>])
        case over
    }

    private let state = Mutex(State.ahead([]))

    /// Marks the event as having occurred, and resumes all waiting tasks.
    func announce() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .ahead(let waiting) = state else { return [] }
            state = .over
            return waiting
        }
        // Outside of the lock: a resumed task may run on this thread and use the event again.
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the event has occurred; cancellation does not end the wait.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state -> Bool in
                guard case .ahead(var waiting) = state else { return true }
                waiting.append(continuation)
                state = .ahead(waiting)
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}
