private import Synchronization

/// Tells once, to everybody who asked or asks later, that a connection has ended.
final class Disconnection: Sendable {
    typealias Callback = @Sendable (DisconnectReason) -> Void

    private struct State {
        var reason: DisconnectReason?
        var callbacks: [(number: UInt64, run: Callback)] = []
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Why the connection ended; `nil` while it stands.
    var reason: DisconnectReason? { state.withLock { $0.reason } }

    /// Runs the callback once: when the connection ends, or at once when it has ended.
    ///
    /// - Returns: What the callback is removed by.
    func observe(_ callback: @escaping Callback) -> UInt64 {
        let (reason, number) = state.withLock { state -> (DisconnectReason?, UInt64) in
            state.lastNumber += 1
            if state.reason == nil { state.callbacks.append((state.lastNumber, callback)) }
            return (state.reason, state.lastNumber)
        }
        if let reason { callback(reason) }
        return number
    }

    /// Takes a callback out that has not run.
    func remove(_ number: UInt64) {
        // Let go of outside the lock.
        let removed = state.withLock { state in
            state.callbacks.firstIndex { $0.number == number }.map { state.callbacks.remove(at: $0) }
        }
        withExtendedLifetime(removed) {}
    }

    /// Runs every callback, in the order in which they were given; only the first call counts.
    func signal(_ reason: DisconnectReason) {
        let callbacks = state.withLock { state -> [(number: UInt64, run: Callback)] in
            guard state.reason == nil else { return [] }
            state.reason = reason
            defer { state.callbacks = [] }
            return state.callbacks
        }
        for callback in callbacks { callback.run(reason) }
    }
}

/// A callback that waits for the end of a connection.
public struct DisconnectObservation: Sendable {
    private let disconnection: Disconnection
    private let number: UInt64

    init(_ disconnection: Disconnection, _ number: UInt64) {
        self.disconnection = disconnection
        self.number = number
    }

    /// Takes the callback out; it does not run any more, unless it is running already.
    public func cancel() { disconnection.remove(number) }
}
