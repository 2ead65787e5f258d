import Postern

extension TaskNode {
    /// The peer to call, once the task is at work.
    ///
    /// - Throws: `CallError` when it has ended, or ends without having been at work; `.cancelled`.
    func peer(for method: String) async throws(CallError) -> Peer {
        let state = state
        guard !state.isFinal else { throw TaskErrors.hasEnded(id, state, method) }
        guard let started = await started.value() else {
            throw CallError(.cancelled, "Waiting for the start of task \(id) was cancelled", ran: .no)
        }
        do throws(CallError) { return try started.get() } catch {
            // The call was never sent.
            var error = error
            error.executed = .no
            throw error
        }
    }

    /// Calls the task, and says in an error of the connection how the process ended.
    func calling<Answer>(
        _ method: String,
        _ body: (Peer) async throws(CallError) -> Answer
    ) async throws(CallError) -> Answer {
        let peer = try await peer(for: method)
        do throws(CallError) { return try await body(peer) } catch { throw await explained(error, peer) }
    }

    /// Passes a call on to the task.
    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        try await calling(call.method) { peer throws(CallError) in try await peer.dispatch(call) }
    }

    /// Waits for the result.
    ///
    /// - Throws: `CallError`: what the task failed with, `.cancelled` when it, or the wait, was stopped.
    func result() async throws(CallError) -> Payload {
        guard let end = await ended.value() else {
            throw CallError(.cancelled, "Waiting for the result of task \(id) was cancelled", ran: .unknown)
        }
        guard case .result(let payload) = end else { throw error(of: end) ?? TaskErrors.stopped(id) }
        return payload
    }

    /// The error of a call, with the reason for which the process has ended where that is why the call failed.
    private func explained(_ error: CallError, _ peer: Peer) async -> CallError {
        guard error.code == .unavailable, !peer.isConnected else { return error }
        guard let loss = await loss.value() else { return error }
        // A task that was lost has failed, or will have as soon as its end is noted.
        let end = state
        var reason = end == .done || end == .stop ? TaskErrors.ended(id, end) : TaskErrors.lost(id, loss)
        reason.executed = error.executed == .no ? .no : .yes
        return reason
    }

    /// Notes why the connection has ended, once it is known how the process has.
    func noteLoss(_ reason: DisconnectReason) async {
        var loss = TaskLoss(reason: reason)
        // A process that ends closes the connection first, and may still have to clean up.
        if TaskLoss.dependsOnProcess(reason) {
            loss.exit = await exited.value(within: Self.exitDelay) ?? nil
            // The rest of its output has yet to be read.
            if loss.exit == nil, hasProcessEnded { loss.exit = await exited.value() ?? nil }
        }
        self.loss.settle(loss)
    }

    /// How long a process may take to end after its connection has.
    static let exitDelay = Duration.seconds(2)
}
