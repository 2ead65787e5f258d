import Postern
import Synchronization

/// The connection that calls use now, and the calls that wait for one.
final class CurrentPeer: Sendable {
    private struct State {
        var peer: Peer?
        var isClosed = false
        var refusal: DisconnectReason?
        var failure: CallError?
        /// The connection that readers were told of as connected.
        var told: Peer?
        var readers = SignalReaders()
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()

    /// The connection, while there is one.
    var peer: Peer? { state.withLock { $0.peer } }

    /// Why no connection will be made any more, when the server has refused this side.
    var refusal: DisconnectReason? { state.withLock { $0.refusal } }

    /// Why the last attempt to connect failed; `nil` when it did not.
    var failure: CallError? { state.withLock { $0.failure } }

    /// What happens to the connections; every reader begins with the one that is open now.
    var signals: ConnectionSignals { state.withLock { $0.readers.add(open: [$0.told].compactMap(\.self)) } }

    /// Notes why no connection was made.
    func note(_ failure: CallError) { state.withLock { $0.failure = failure } }

    /// Puts a connection in place and lets the waiting calls use it.
    func set(_ peer: Peer) {
        let (delivery, isClosed) = state.withLock { state in
            state.failure = nil
            if !state.isClosed { state.peer = peer }
            state.told = peer
            return (state.readers.send(.connected(peer)), state.isClosed)
        }
        if isClosed { peer.close() }
        delivery.complete()
        waiting.wakeAll()
    }

    /// Lets nobody use a connection any more that has ended, or is about to.
    func clear(_ peer: Peer) {
        state.withLock { if $0.peer === peer { $0.peer = nil } }
    }

    /// Tells that a connection has ended; whether it had been told of as connected.
    func end(_ peer: Peer, _ reason: DisconnectReason) -> Bool {
        let delivery = state.withLock { state -> SignalReaders.Delivery? in
            if state.peer === peer { state.peer = nil }
            guard state.told === peer else { return nil }
            state.told = nil
            return state.readers.send(.disconnected(peer, reason))
        }
        delivery?.complete()
        return delivery != nil
    }

    /// Notes that the server has refused this side for good; waiting calls get no connection.
    func refuse(_ reason: DisconnectReason) {
        let delivery = state.withLock { state in
            state.refusal = reason
            return state.readers.send(.refused(reason))
        }
        close()
        delivery.complete()
    }

    /// Closes the connection for good; waiting calls get none.
    func close() {
        let peer = state.withLock { state in
            state.isClosed = true
            return state.peer.take()
        }
        waiting.wakeAll()
        peer?.close()
    }

    /// There will be no more signals.
    func endSignals() { state.withLock { $0.readers.end() }.complete() }

    /// Waits for a connection; `nil` when none came in time, or the task was cancelled.
    func wait(until deadline: ContinuousClock.Instant) async -> Peer? {
        while true {
            if let peer { return peer }
            guard !isClosed, !Task.isCancelled, deadline > .now else { return nil }
            await waitForChange(until: deadline)
        }
    }

    private func waitForChange(until deadline: ContinuousClock.Instant) async {
        let ticket = waiting.makeTicket()
        let timer = Task { [weak self] in
            try? await Task.sleep(until: deadline.clamped, clock: .continuous)
            self?.waiting.wake(ticket)
        }
        defer { timer.cancel() }
        await waiting.wait(ticket) { peer != nil || isClosed || deadline <= .now }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }
}
