import Postern
import Synchronization

/// The connection that new calls use, and retired ones, whose server has sent goodbye, until their calls have ended.
final class CurrentPeer: Sendable {
    private struct State {
        var peer: Peer?
        /// The connections that accept no more calls and have not ended, oldest first.
        var retired: [Peer] = []
        /// The time until which a restarted server is expected after a goodbye; `nil` when none is.
        var successorIsDue: ContinuousClock.Instant?
        var isClosed = false
        var refusal: DisconnectReason?
        var failure: CallError?
        /// The connections that were reported as connected and have not ended, oldest first.
        var reported: [Peer] = []
        var readers = SignalReaders()
        var calls = WaitingCalls()
    }

    private let state = Mutex(State())
    private let waiting = WaitingTasks()
    private let successorTimeout: Duration
    private let callLimits: (calls: Int, bytes: Int)

    /// The most retired connections; above it the oldest is closed.
    ///
    /// Servers that send goodbye and never close would otherwise pile up.
    static let maximumRetired = 8

    init(_ options: ConnectionOptions) {
        successorTimeout = options.successorTimeout
        callLimits = (options.maximumWaitingCalls, options.limits.queuedBytes)
    }

    /// The connection for new calls; `nil` while there is none.
    var peer: Peer? { state.withLock { $0.peer } }

    /// The reason why no more connections are made; `nil` while they are.
    var refusal: DisconnectReason? { state.withLock { $0.refusal } }

    /// The error of the last attempt to connect; `nil` when it succeeded.
    var failure: CallError? { state.withLock { $0.failure } }

    /// The signals of the connections; every reader starts with those that are open now.
    var signals: ConnectionSignals { state.withLock { $0.readers.add(open: $0.reported) } }

    /// Records why an attempt to connect failed.
    func note(_ failure: CallError) { state.withLock { $0.failure = failure } }

    /// Makes a connection the current one and resumes the waiting calls.
    func set(_ peer: Peer) {
        let (delivery, isClosed) = state.withLock { state in
            state.failure = nil
            state.successorIsDue = nil
            if !state.isClosed { state.peer = peer }
            state.reported.append(peer)
            return (state.readers.send(.connected(peer)), state.isClosed)
        }
        // Outside the lock: closing a peer and resuming readers run code that may come back here.
        if isClosed { peer.close() }
        delivery.complete()
        waiting.wakeAll()
    }

    /// Stops new calls on a connection that accepts no more; calls in flight continue on it.
    func retire(_ peer: Peer) {
        let due = peer.isOtherSideStopping ? ContinuousClock.now.later(by: successorTimeout) : nil
        let surplus = state.withLock { state -> Peer? in
            // Reported by several calls and by the goodbye itself; only the first report counts.
            guard state.peer === peer else { return nil }
            state.peer = nil
            state.successorIsDue = due
            state.retired.append(peer)
            return state.retired.count > Self.maximumRetired ? state.retired.removeFirst() : nil
        }
        surplus?.close()
    }

    /// Removes a connection that has ended and reports its end.
    ///
    /// - Returns: Whether it had been reported as connected.
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

    /// Records that authentication failed, so that no more connections are made; waiting calls fail.
    func refuse(_ reason: DisconnectReason) {
        let delivery = state.withLock { state in
            state.refusal = reason
            state.isClosed = true
            return state.readers.send(.refused(reason))
        }
        waiting.wakeAll()
        delivery.complete()
    }

    /// Closes all connections and accepts no more; waiting calls fail.
    func close() {
        let peers = state.withLock { state in
            state.isClosed = true
            return state.retired + [state.peer.take()].compactMap(\.self)
        }
        waiting.wakeAll()
        for peer in peers { peer.close() }
    }

    /// Ends the sequences of signals.
    func endSignals() { state.withLock { $0.readers.end() }.complete() }
}

// Waiting for a connection.
extension CurrentPeer {
    /// Waits for a connection for a call.
    ///
    /// - Throws: `CallError`, not executed: `.unavailable` when there is none in time, `.unauthenticated` after a
    ///   refusal, `.deadlineExceeded`, `.cancelled`, `.busy` when too many calls wait.
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

    /// Waits for a connection without a time limit; returns `nil` when no more are made, or the task is cancelled.
    func connection() async -> Peer? {
        while true {
            if let peer { return peer }
            guard !isClosed, !Task.isCancelled else { return nil }
            await waiting.wait(waiting.makeTicket()) { peer != nil || isClosed }
        }
    }

    private func waitForChange(until end: ContinuousClock.Instant) async {
        let ticket = waiting.makeTicket()
        // The condition includes the time: a timer that fires before the wait begins would otherwise be missed.
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
