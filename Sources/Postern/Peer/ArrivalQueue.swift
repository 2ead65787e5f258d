internal import PosternQueues
private import Synchronization

/// Calls and notifications that wait to be served on request, in the order of their arrival.
///
/// The limits on calls in flight and on notifications limit its length too.
final class ArrivalQueue: Sendable {
    struct Arrival: Sendable {
        let id: UInt64
        let call: Call
        let depth: Int
    }

    private struct State {
        var arrivals = Queue<Arrival>()
        /// Increases with every event that a waiting task has to look at.
        var changes: UInt64 = 0
        var onArrival: @Sendable () -> Void = {}
        var observers: [UInt64: @Sendable () -> Void] = [:]
        var lastObserver: UInt64 = 0
        var isEnded = false
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()

    /// A counter that increases with every arrival or wake-up.
    var changes: UInt64 { state.withLock { $0.changes } }

    var count: Int { state.withLock { $0.arrivals.count } }

    /// Whether a call or notification waits, or the connection has ended.
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

    /// Calls `body` after each change of ``isReady``, and possibly more often.
    ///
    /// - Returns: An identifier for ``stopObserving(_:)``.
    func observeReadiness(_ body: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.lastObserver += 1
            state.observers[state.lastObserver] = body
            return state.lastObserver
        }
    }

    func stopObserving(_ number: UInt64) {
        // Released outside the lock, as releasing a closure may run any code.
        let removed = state.withLock { $0.observers.removeValue(forKey: number) }
        withExtendedLifetime(removed) {}
    }

    private func notifyObservers() {
        for observer in state.withLock({ Array($0.observers.values) }) { observer() }
    }

    /// Calls a function at each arrival, and now if something has arrived.
    ///
    /// It replaces an earlier function.
    func observe(_ onArrival: @escaping @Sendable () -> Void) {
        let hasArrivals = state.withLock { state in
            state.onArrival = onArrival
            return !state.arrivals.isEmpty
        }
        if hasArrivals { onArrival() }
    }

    /// Resumes all waiting tasks.
    func wake() {
        // Counted before the tasks are resumed: a task that is about to wait compares the counter and does not suspend.
        state.withLock { $0.changes += 1 }
        waiting.wakeAll()
    }

    /// Waits until ``changes`` differs from a value, or the task is cancelled.
    func wait(unlessChangedSince seen: UInt64) async {
        await waiting.wait(waiting.makeTicket()) { changes != seen }
    }

    /// Discards everything that was not served.
    func end() {
        // Released outside the lock, as releasing a call may release references.
        let unserved = state.withLock { state in
            defer { (state.arrivals, state.isEnded) = (Queue(), true) }
            return state.arrivals
        }
        withExtendedLifetime(unserved) {}
        wake()
        notifyObservers()
    }
}
