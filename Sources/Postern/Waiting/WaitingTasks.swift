private import Synchronization

/// Tasks that wait for a condition, or until they are cancelled.
///
/// The condition belongs to the caller: code that makes it true calls ``wakeAll()`` afterwards.
package final class WaitingTasks: Sendable {
    /// An identifier of one wait, with which that wait alone can be ended.
    package struct Ticket: Sendable {
        fileprivate let number: UInt64
    }

    private struct State {
        var waiting: [UInt64: Suspension<Void>] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Creates a set without waiting tasks.
    package init() {}

    /// Returns the identifier of the next wait.
    package func makeTicket() -> Ticket {
        state.withLock { state in
            state.lastNumber += 1
            return Ticket(number: state.lastNumber)
        }
    }

    /// Waits until this wait or all waits are woken, or the task is cancelled.
    ///
    /// Returns at once if `hasHappened` is true.
    package func wait(_ ticket: Ticket, unless hasHappened: () -> Bool) async {
        await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                state.withLock { $0.waiting[ticket.number] = continuation }
                // Checked after the task was added: a wake-up or cancellation before that found no task to resume.
                if hasHappened() || Task.isCancelled { wake(ticket) }
            }
        } onCancel: {
            wake(ticket)
        }
    }

    /// Ends one wait, if it has begun.
    package func wake(_ ticket: Ticket) {
        state.withLock { $0.waiting.removeValue(forKey: ticket.number) }?.resume()
    }

    /// Ends every wait that has begun, the oldest first.
    package func wakeAll() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting
        }
        for waiter in waiting.sorted(by: { $0.key < $1.key }) { waiter.value.resume() }
    }
}
