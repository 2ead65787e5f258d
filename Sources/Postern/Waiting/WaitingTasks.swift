private import Synchronization

/// Tasks that wait until something has happened, or until they are cancelled.
///
/// Knows nothing of what they wait for: whoever makes it happen calls ``wakeAll()`` afterwards.
package final class WaitingTasks: Sendable {
    /// Names one wait, for somebody who ends that one only.
    package struct Ticket: Sendable {
        fileprivate let number: UInt64
    }

    private struct State {
        var waiting: [UInt64: Suspension<Void>] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Begins with nobody who waits.
    package init() {}

    /// Names the next wait.
    package func makeTicket() -> Ticket {
        state.withLock { state in
            state.lastNumber += 1
            return Ticket(number: state.lastNumber)
        }
    }

    /// Waits until this wait or all are woken, or the task is cancelled; not at all when it has happened before.
    package func wait(_ ticket: Ticket, unless hasHappened: () -> Bool) async {
        await withTaskCancellationHandler {
            await Suspension.wait { continuation in
                state.withLock { $0.waiting[ticket.number] = continuation }
                // What happened before this, a cancellation too, found nobody to wake.
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
