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
    }

    private let state = Mutex(State())

    /// The connection, while there is one.
    var peer: Peer? { state.withLock { $0.peer } }

    /// Puts a connection in place and lets the waiting calls use it.
    func set(_ peer: Peer) {
        let (waiting, isClosed) = state.withLock { state in
            defer { state.waiting = [:] }
            if !state.isClosed { state.peer = peer }
            return (state.waiting.sorted { $0.key < $1.key }.map(\.value), state.isClosed)
        }
        if isClosed { peer.close() }
        for waiter in waiting { waiter.resume(returning: isClosed ? nil : peer) }
    }

    /// Takes a connection out that has ended.
    func clear(_ peer: Peer) {
        state.withLock { if $0.peer === peer { $0.peer = nil } }
    }

    /// Why no connection will be made any more, when the server has refused this side.
    var refusal: DisconnectReason? { state.withLock { $0.refusal } }

    /// Notes that the server has refused this side for good; waiting calls get no connection.
    func refuse(_ reason: DisconnectReason) {
        state.withLock { $0.refusal = reason }
        close()
    }

    /// Closes the connection for good; waiting calls get none.
    func close() {
        let (peer, waiting) = state.withLock { state in
            state.isClosed = true
            defer { (state.peer, state.waiting) = (nil, [:]) }
            return (state.peer, Array(state.waiting.values))
        }
        for waiter in waiting { waiter.resume(returning: nil) }
        peer?.close()
    }

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
