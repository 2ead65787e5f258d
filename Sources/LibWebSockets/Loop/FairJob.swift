import Synchronization

/// Work that waits for a thread, and whose function is called exactly once: by a thread, or when it is cancelled.
///
/// A cancelled job releases what its function holds at once, although it stays in the queue until its turn.
final class FairJob: Sendable {
    private enum State {
        case new
        case waiting(Body)
        case over
    }

    /// A function with the argument whether the job was cancelled.
    typealias Body = @Sendable (_ isCancelled: Bool) -> Void

    private let state = Mutex(State.new)

    /// Sets the function.
    ///
    /// - Returns: Whether the job waits for a thread; otherwise it was cancelled before, and the function was called.
    func prepare(_ body: @escaping Body) -> Bool {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(body)
            return true
        }
        if !isNew { body(true) }
        return isNew
    }

    /// Calls the function on the current thread, unless the job was cancelled.
    func start() { take()?(false) }

    /// Calls the function with `true`, unless a thread has called it.
    func cancel() { take()?(true) }

    private func take() -> Body? {
        state.withLock { state in
            defer { state = .over }
            guard case .waiting(let body) = state else { return nil }
            return body
        }
    }
}
