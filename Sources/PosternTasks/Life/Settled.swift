import Postern
import Synchronization

/// A value that is set once and that any number of tasks can wait for.
final class Settled<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)
    private let waiting = WaitingTasks()

    /// The value, or `nil` until it is set.
    var current: Value? { content.withLock { $0 } }

    /// Sets the value and wakes all waiting tasks, unless the value is already set.
    ///
    /// - Returns: Whether this call has set the value.
    @discardableResult
    func settle(_ value: Value) -> Bool {
        let isFirst = content.withLock { content in
            guard content == nil else { return false }
            content = value
            return true
        }
        // Outside of the lock: a task that is woken reads the value.
        if isFirst { waiting.wakeAll() }
        return isFirst
    }

    /// Waits for the value; returns `nil` when the waiting task is cancelled first.
    func value() async -> Value? {
        await waiting.wait(waiting.makeTicket()) { current != nil }
        return current
    }

    /// Waits for the value; returns `nil` when the time runs out or the waiting task is cancelled first.
    func value(within time: Duration) async -> Value? {
        let ticket = waiting.makeTicket()
        let clock = Task {
            try? await Task.sleep(for: time.clamped)
            waiting.wake(ticket)
        }
        defer { clock.cancel() }
        // The timer may fire before the wait begins and is then too early to wake it; the condition below checks the
        // time as well, so that this wake-up is not lost.
        let end = ContinuousClock.now.later(by: time)
        await waiting.wait(ticket) { current != nil || end <= .now }
        return current
    }
}
