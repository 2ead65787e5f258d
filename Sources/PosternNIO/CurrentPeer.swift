import Postern
import Synchronization

/// The connection that calls use now, and the calls that wait for one.
final class CurrentPeer: Sendable {
    private struct State {
        var peer: Peer?
        var isClosed = false
        var refusal: DisconnectReason?
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()

    /// The connection, while there is one.
    var peer: Peer? { state.withLock { $0.peer } }

    /// Puts a connection in place and lets the waiting calls use it.
    func set(_ peer: Peer) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.peer = peer }
            return state.isClosed
        }
        if isClosed { peer.close() }
        waiting.wakeAll()
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
        let peer = state.withLock { state in
            state.isClosed = true
            return state.peer.take()
        }
        waiting.wakeAll()
        peer?.close()
    }

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
            try? await Task.sleep(until: deadline, clock: .continuous)
            self?.waiting.wake(ticket)
        }
        defer { timer.cancel() }
        await waiting.wait(ticket) { peer != nil || isClosed || deadline <= .now }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }
}
