import Postern
import Synchronization

/// A value that is set once, and can be waited for by any number of tasks.
final class Settled<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)
    private let waiting = WaitingTasks()

    /// The value; `nil` until it is set.
    var current: Value? { content.withLock { $0 } }

    /// Sets the value; false when it was set before, and stays as it is.
    @discardableResult
    func settle(_ value: Value) -> Bool {
        let isFirst = content.withLock { content in
            guard content == nil else { return false }
            content = value
            return true
        }
        if isFirst { waiting.wakeAll() }
        return isFirst
    }

    /// Waits for the value; `nil` when the waiting task is cancelled first.
    func value() async -> Value? {
        await waiting.wait(waiting.makeTicket()) { current != nil }
        return current
    }

    /// Waits for the value; `nil` when the time runs out, or the waiting task is cancelled, first.
    func value(within time: Duration) async -> Value? {
        let ticket = waiting.makeTicket()
        let clock = Task {
            try? await Task.sleep(for: time.clamped)
            waiting.wake(ticket)
        }
        defer { clock.cancel() }
        // The clock may be faster than the wait: what it wakes then is the wait that is about to begin.
        let end = ContinuousClock.now.later(by: time)
        await waiting.wait(ticket) { current != nil || end <= .now }
        return current
    }
}
