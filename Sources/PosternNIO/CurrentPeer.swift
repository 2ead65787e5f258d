import Postern
import Synchronization

/// The connection that calls use now, and those whose server has said goodbye, which keep the calls that they have.
final class CurrentPeer: Sendable {
    private struct State {
        var peer: Peer?
        /// Connections that take no more calls and have not ended, the oldest first.
        var retired: [Peer] = []
        /// Until when another server is expected in the place of one that has said goodbye.
        var successorIsDue: ContinuousClock.Instant?
        var isClosed = false
        var refusal: DisconnectReason?
        var failure: CallError?
        /// The connections that were reported to readers as connected, the oldest first.
        var reported: [Peer] = []
        var readers = SignalReaders()
        var calls = WaitingCalls()
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()
    private let successorTimeout: Duration
    private let callLimits: (calls: Int, bytes: Int)

    /// For one more the oldest is closed, so that servers that say goodbye and never close do not fill this process.
    static let maximumRetired = 8

    init(_ options: ConnectionOptions) {
        successorTimeout = options.successorTimeout
        callLimits = (options.maximumWaitingCalls, options.limits.queuedBytes)
    }

    /// The connection for new calls, while there is one.
    var peer: Peer? { state.withLock { $0.peer } }

    /// Why no connection will be made any more, when the server has refused this side.
    var refusal: DisconnectReason? { state.withLock { $0.refusal } }

    /// Why the last attempt to connect failed; `nil` when it did not.
    var failure: CallError? { state.withLock { $0.failure } }

    /// What happens to the connections; every reader begins with those that are open now.
    var signals: ConnectionSignals { state.withLock { $0.readers.add(open: $0.reported) } }

    /// Notes why no connection was made.
    func note(_ failure: CallError) { state.withLock { $0.failure = failure } }

    /// Puts a connection in place and lets the waiting calls use it.
    func set(_ peer: Peer) {
        let (delivery, isClosed) = state.withLock { state in
            state.failure = nil
            state.successorIsDue = nil
            if !state.isClosed { state.peer = peer }
            state.reported.append(peer)
            return (state.readers.send(.connected(peer)), state.isClosed)
        }
        if isClosed { peer.close() }
        delivery.complete()
        waiting.wakeAll()
    }

    /// Keeps new calls from a connection that takes no more of them; it keeps those that it has.
    func retire(_ peer: Peer) {
        let due = peer.isOtherSideStopping ? ContinuousClock.now.later(by: successorTimeout) : nil
        let surplus = state.withLock { state -> Peer? in
            guard state.peer === peer else { return nil }
            state.peer = nil
            state.successorIsDue = due
            state.retired.append(peer)
            return state.retired.count > Self.maximumRetired ? state.retired.removeFirst() : nil
        }
        surplus?.close()
    }

    /// Reports the end of a connection to readers.
    ///
    /// - Returns: Whether it was reported as connected before.
    func end(_ peer: Peer, _ reason: DisconnectReason) -> Bool {
        let delivery = state.withLock { state -> SignalReaders.Delivery? in
            if state.peer === peer { state.peer = nil }
            state.retired.removeAll { $0 === peer }
            guard let index = state.reported.firstIndex(where: { $0 === peer }) else { return nil }
            state.reported.remove(at: index)
            return state.readers.send(.disconnected(peer, reason))
        }
        delivery?.complete()
        return delivery != nil
    }

    /// Notes that the server has refused this side for good; waiting calls get no connection.
    func refuse(_ reason: DisconnectReason) {
        let delivery = state.withLock { state in
            state.refusal = reason
            state.isClosed = true
            return state.readers.send(.refused(reason))
        }
        waiting.wakeAll()
        delivery.complete()
    }

    /// Closes the connections for good; waiting calls get none.
    func close() {
        let peers = state.withLock { state in
            state.isClosed = true
            return state.retired + [state.peer.take()].compactMap(\.self)
        }
        waiting.wakeAll()
        for peer in peers { peer.close() }
    }

    /// There will be no more signals.
    func endSignals() { state.withLock { $0.readers.end() }.complete() }
}

/// Waiting for a connection.
extension CurrentPeer {
    /// The connection for a call, once there is one.
    ///
    /// - Throws: `CallError`, not executed: `.unavailable` or `.unauthenticated` without a connection, `.deadlineExceeded`,
    ///   `.cancelled`, `.busy` when too many calls wait.
    func connection(_ wait: ConnectionWait) async throws(CallError) -> Peer {
        guard state.withLock({ $0.calls.add(wait.byteCount, within: callLimits) }) else {
            throw CallError(.busy, "Too many calls wait for a connection", ran: .no)
        }
        defer { state.withLock { $0.calls.remove(wait.byteCount) } }
        while true {
            if let peer { return peer }
            let (isClosed, successor) = state.withLock { ($0.isClosed, $0.successorIsDue) }
            if Task.isCancelled { throw CallError(.cancelled, "The caller cancelled", ran: .no) }
            guard !isClosed, let end = try wait.end(at: .now, successor: successor) else { throw noConnection }
            await waitForChange(until: end)
        }
    }

    /// The connection, once there is one; `nil` when there will be none any more, or the task is cancelled.
    func connection() async -> Peer? {
        while true {
            if let peer { return peer }
            guard !isClosed, !Task.isCancelled else { return nil }
            await waiting.wait(waiting.makeTicket()) { peer != nil || isClosed }
        }
    }

    private func waitForChange(until end: ContinuousClock.Instant) async {
        let ticket = waiting.makeTicket()
        let timer = Task { [weak self] in
            try? await Task.sleep(until: end.clamped, clock: .continuous)
            self?.waiting.wake(ticket)
        }
        defer { timer.cancel() }
        await waiting.wait(ticket) { peer != nil || isClosed || end <= .now }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private var noConnection: CallError {
        if let refusal { return CallError(.unauthenticated, refusal.message, ran: .no) }
        return CallError(.unavailable, "The service is not reachable", ran: .no)
    }
}
