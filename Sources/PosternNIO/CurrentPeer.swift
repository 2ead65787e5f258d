import Postern
import Synchronization

/// The connection that calls use now, and the calls that wait for one.
final class CurrentPeer: Sendable {
    private typealias Waiter = CheckedContinuation<Peer?, Never>

    private struct State {
        var peer: Peer?
        var waiting: [Int: Waiter] = [:]
        var nextWaiter = 0
        var isClosed = false
        var refusal: DisconnectReason?
        var failure: CallError?
        /// The connection that readers were told of as connected.
        var told: Peer?
        var readers = SignalReaders()

        mutating func takeWaiting() -> [Waiter] {
            defer { waiting = [:] }
            return waiting.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private let state = Mutex(State())

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
        let (waiting, delivery, isClosed) = state.withLock { state in
            state.failure = nil
            if !state.isClosed { state.peer = peer }
            state.told = peer
            return (state.takeWaiting(), state.readers.send(.connected(peer)), state.isClosed)
        }
        if isClosed { peer.close() }
        delivery.complete()
        for waiter in waiting { waiter.resume(returning: isClosed ? nil : peer) }
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
        let (peer, waiting) = state.withLock { state in
            state.isClosed = true
            defer { state.peer = nil }
            return (state.peer, state.takeWaiting())
        }
        for waiter in waiting { waiter.resume(returning: nil) }
        peer?.close()
    }

    /// There will be no more signals.
    func endSignals() { state.withLock { $0.readers.end() }.complete() }

    /// Waits for a connection; `nil` when none came in time, or the task was cancelled.
    func wait(until deadline: ContinuousClock.Instant) async -> Peer? {
        let id = state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        let timer = Task { [weak self] in
            try? await Task.sleep(until: deadline, clock: .continuous)
            self?.giveUp(id)
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { enter(id, $0, deadline) }
        } onCancel: {
            giveUp(id)
        }
    }

    private func enter(_ id: Int, _ waiter: Waiter, _ deadline: ContinuousClock.Instant) {
        let (peer, waits) = state.withLock { state -> (Peer?, Bool) in
            if let peer = state.peer { return (peer, false) }
            // Who gave up before this found nobody to wake.
            guard !state.isClosed, !Task.isCancelled, deadline > .now else { return (nil, false) }
            state.waiting[id] = waiter
            return (nil, true)
        }
        if !waits { waiter.resume(returning: peer) }
    }

    private func giveUp(_ id: Int) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
    }
}
