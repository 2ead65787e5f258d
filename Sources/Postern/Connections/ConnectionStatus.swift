private import Synchronization

/// Tells once that a connection is open, and once that it has ended, in this order, to everybody who asked or asks
/// later.
///
/// One thread tells at a time: what happens meanwhile is told by it too, so nobody hears of an end before a beginning.
final class ConnectionStatus: Sendable {
    /// What is told; an end may come without a beginning.
    enum Event: Sendable {
        case opened
        /// The other side takes no more calls: it has said goodbye, or the connection has ended.
        case closing
        case ended(DisconnectReason)
    }

    typealias Callback = @Sendable (Event) -> Void

    private struct State {
        var isOpen = false
        var isClosing = false
        var reason: DisconnectReason?
        var callbacks: [UInt64: Callback] = [:]
        var lastNumber: UInt64 = 0
        var pending: [(number: UInt64, event: Event)] = []
        var isNotifying = false

        mutating func enqueue(_ event: Event) {
            pending += callbacks.keys.sorted().map { ($0, event) }
        }

        mutating func beginClosing() {
            if !isClosing { enqueue(.closing) }
            isClosing = true
        }

        /// What is to be told next; nobody waits for anything after the end.
        mutating func next() -> (callback: Callback, event: Event)? {
            while !pending.isEmpty {
                let (number, event) = pending.removeFirst()
                var callback = callbacks[number]
                if case .ended = event { callback = callbacks.removeValue(forKey: number) }
                if let callback { return (callback, event) }
            }
            isNotifying = false
            return nil
        }
    }

    private let state = Mutex(State())

    /// Tells the callback what has happened, and later what happens.
    ///
    /// - Returns: What the callback is removed by.
    func observe(_ callback: @escaping Callback) -> UInt64 {
        let number = state.withLock { state in
            state.lastNumber += 1
            state.callbacks[state.lastNumber] = callback
            if state.isOpen { state.pending.append((state.lastNumber, .opened)) }
            if state.isClosing { state.pending.append((state.lastNumber, .closing)) }
            if let reason = state.reason { state.pending.append((state.lastNumber, .ended(reason))) }
            return state.lastNumber
        }
        notifyObservers()
        return number
    }

    /// Takes a callback out.
    func remove(_ number: UInt64) {
        // Let go of outside the lock.
        let removed = state.withLock { $0.callbacks.removeValue(forKey: number) }
        withExtendedLifetime(removed) {}
    }

    /// Tells that the connection is open; only the first call counts, and none after the end.
    func open() {
        state.withLock { state in
            guard !state.isOpen, state.reason == nil else { return }
            state.isOpen = true
            state.enqueue(.opened)
        }
        notifyObservers()
    }

    /// Reports that the other side takes no more calls; only the first call counts, and none after the end.
    func beginClosing() {
        state.withLock { $0.beginClosing() }
        notifyObservers()
    }

    /// Tells that the connection has ended; only the first call counts.
    func end(_ reason: DisconnectReason) {
        state.withLock { state in
            guard state.reason == nil else { return }
            state.beginClosing()
            state.reason = reason
            state.enqueue(.ended(reason))
        }
        notifyObservers()
    }

    private func notifyObservers() {
        let begins = state.withLock { state in
            guard !state.isNotifying else { return false }
            state.isNotifying = true
            return true
        }
        guard begins else { return }
        while let (callback, event) = state.withLock({ $0.next() }) { callback(event) }
    }
}

/// A callback that waits for the beginning or the end of a connection.
public struct ConnectionObservation: Sendable {
    private let status: ConnectionStatus
    private let number: UInt64

    init(_ status: ConnectionStatus, _ callback: @escaping ConnectionStatus.Callback) {
        self.status = status
        number = status.observe(callback)
    }

    /// Takes the callback out; it does not run any more, unless it is running already.
    public func cancel() { status.remove(number) }
}
