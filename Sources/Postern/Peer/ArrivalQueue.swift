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
        var observers: [UInt64: @Sendable () -> Void] = [:]
        var lastObserver: UInt64 = 0
        var isEnded = false
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()

    /// A number that is another one whenever there is something new to look at.
    var changes: UInt64 { state.withLock { $0.changes } }

    var count: Int { state.withLock { $0.arrivals.count } }

    /// Whether there is something to serve, or will never be anything any more.
    var isReady: Bool { state.withLock { !$0.arrivals.isEmpty || $0.isEnded } }

    func append(_ arrival: Arrival) {
        // The connection may have ended while the frame was read.
        let onArrival = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.isEnded else { return nil }
            state.arrivals.append(arrival)
            return state.onArrival
        }
        guard let onArrival else { return }
        wake()
        onArrival()
        notifyObservers()
    }

    func take() -> Arrival? {
        let arrival = state.withLock { $0.arrivals.take() }
        if arrival != nil { notifyObservers() }
        return arrival
    }

    /// Runs a function after each change of ``isReady``, and maybe at other times; gives what it is taken out by.
    func observeReadiness(_ body: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.lastObserver += 1
            state.observers[state.lastObserver] = body
            return state.lastObserver
        }
    }

    func stopObserving(_ number: UInt64) {
        // Let go of outside the lock.
        let removed = state.withLock { $0.observers.removeValue(forKey: number) }
        withExtendedLifetime(removed) {}
    }

    private func notifyObservers() {
        for observer in state.withLock({ Array($0.observers.values) }) { observer() }
    }

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
            defer { (state.arrivals, state.isEnded) = (Queue(), true) }
            return state.arrivals
        }
        withExtendedLifetime(unserved) {}
        wake()
        notifyObservers()
    }
}
