private import Synchronization

/// Tells once, to everybody who asked or asks later, that a connection has ended.
final class Disconnection: Sendable {
    typealias Callback = @Sendable (DisconnectReason) -> Void

    private enum State {
        case connected([Callback])
        case ended(DisconnectReason)
    }

    private let state = Mutex(State.connected([]))

    /// Why the connection ended; `nil` while it stands.
    var reason: DisconnectReason? {
        state.withLock { state in
            guard case .ended(let reason) = state else { return nil }
            return reason
        }
    }

    /// Runs the callback once: when the connection ends, or at once when it has ended.
    func observe(_ callback: @escaping Callback) {
        let reason = state.withLock { state -> DisconnectReason? in
            switch state {
            case .connected(var callbacks):
                callbacks.append(callback)
                state = .connected(callbacks)
                return nil
            case .ended(let reason): return reason
            }
        }
        if let reason { callback(reason) }
    }

    /// Runs every callback; only the first call counts.
    func signal(_ reason: DisconnectReason) {
        let callbacks = state.withLock { state -> [Callback] in
            guard case .connected(let callbacks) = state else { return [] }
            state = .ended(reason)
            return callbacks
        }
        for callback in callbacks { callback(reason) }
    }
}
