import Synchronization

/// Something that happens once, and that any number of tasks wait for.
final class Ending: Sendable {
    private enum State {
        case ahead([CheckedContinuation<Void, Never>])
        case over
    }

    private let state = Mutex(State.ahead([]))

    /// Resumes every task that waits, now and later.
    func announce() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard case .ahead(let waiting) = state else { return [] }
            state = .over
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when it has happened.
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
