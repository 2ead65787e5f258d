private import Synchronization

/// The state of a connection, which notifies observers once of each event, in order.
///
/// An observer that is added after an event is notified of it at once. Only one thread runs observers at a time; events
/// that other threads add meanwhile are left to it, so that no observer is notified of the end before the beginning.
///
/// A callback may retain the peer, which owns its status: callbacks are removed at the end, which every connection has.
/// A weak reference would make each later retain and release of the peer slower.
final class ConnectionStatus: Sendable {
    /// An event in the life of a connection; it may end without having opened.
    enum Event: Sendable {
        case opened
        /// The other side accepts no more calls: it has sent a goodbye, or the connection has closed.
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

        /// Removes and returns the next notification, or `nil` after the last one.
        ///
        /// The end is the last event of an observer, which is removed with it.
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

    /// Registers a callback for past and future events.
    ///
    /// - Returns: The number of the callback, for ``remove(_:)``.
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

    /// Unregisters a callback.
    func remove(_ number: UInt64) {
        // Freed after the lock is released, because freeing its captures may run code of the program.
        let removed = state.withLock { $0.callbacks.removeValue(forKey: number) }
        withExtendedLifetime(removed) {}
    }

    /// Records that the connection is open; repeated calls and calls after the end have no effect.
    func open() {
        state.withLock { state in
            guard !state.isOpen, state.reason == nil else { return }
            state.isOpen = true
            state.enqueue(.opened)
        }
        notifyObservers()
    }

    /// Records that the other side accepts no more calls; repeated calls and calls after the end have no effect.
    func beginClosing() {
        state.withLock { $0.beginClosing() }
        notifyObservers()
    }

    /// Records that the connection has closed; repeated calls have no effect.
    func end(_ reason: DisconnectReason) {
        state.withLock { state in
            guard state.reason == nil else { return }
            state.beginClosing()
            state.reason = reason
            state.enqueue(.ended(reason))
        }
        notifyObservers()
    }

    /// Runs callbacks until no notification is pending, unless another thread does so already.
    private func notifyObservers() {
        let begins = state.withLock { state in
            guard !state.isNotifying else { return false }
            state.isNotifying = true
            return true
        }
        guard begins else { return }
        // Callbacks run without the lock: they may register others, or close the connection.
        while let (callback, event) = state.withLock({ $0.next() }) { callback(event) }
    }
}

/// A token that unregisters a callback for the opening or the end of a connection.
public struct ConnectionObservation: Sendable {
    private let status: ConnectionStatus
    private let number: UInt64

    init(_ status: ConnectionStatus, _ callback: @escaping ConnectionStatus.Callback) {
        self.status = status
        number = status.observe(callback)
    }

    /// Unregisters the callback.
    ///
    /// A callback that is running on another thread completes; otherwise it does not run any more.
    public func cancel() { status.remove(number) }
}
