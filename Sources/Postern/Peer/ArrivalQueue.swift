private import Synchronization

/// Calls and notifications that wait until their peer is asked to serve them, in the order in which they arrived.
///
/// How many there can be is limited by what counts them: calls in flight, and notifications.
final class ArrivalQueue: Sendable {
    struct Arrival: Sendable {
        let id: UInt64
        let call: Call
        let depth: Int
    }

    private struct State {
        var arrivals = Queue<Arrival>()
        /// Counts what those who wait have to look at.
        var changes: UInt64 = 0
        var onArrival: @Sendable () -> Void = {}
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()

    /// A number that is another one whenever there is something new to look at.
    var changes: UInt64 { state.withLock { $0.changes } }

    var count: Int { state.withLock { $0.arrivals.count } }

    func append(_ arrival: Arrival) {
        let onArrival = state.withLock { state in
            state.arrivals.append(arrival)
            return state.onArrival
        }
        wake()
        onArrival()
    }

    func take() -> Arrival? { state.withLock { $0.arrivals.take() } }

    /// Runs a function at each arrival, also for those that wait already; it replaces an earlier one.
    func observe(_ onArrival: @escaping @Sendable () -> Void) {
        let hasArrivals = state.withLock { state in
            state.onArrival = onArrival
            return !state.arrivals.isEmpty
        }
        if hasArrivals { onArrival() }
    }

    /// Lets everybody who waits look again.
    func wake() {
        state.withLock { $0.changes += 1 }
        waiting.wakeAll()
    }

    /// Waits for something new, or until the task is cancelled.
    func wait(unlessChangedSince seen: UInt64) async {
        await waiting.wait(waiting.makeTicket()) { changes != seen }
    }

    /// Forgets what has not been served.
    func end() {
        // Let go of outside the lock.
        let unserved = state.withLock { state in
            defer { state.arrivals = Queue() }
            return state.arrivals
        }
        withExtendedLifetime(unserved) {}
        wake()
    }
}
