import Postern

extension TaskNode {
    /// Waits until the task is at work and returns the peer to call.
    ///
    /// - Parameter method: The method to be called, for the error message.
    /// - Returns: The peer.
    /// - Throws: `CallError` when the task has ended, or ends before it is at work; `.cancelled` when the waiting Swift
    ///   task is cancelled.
    func peer(for method: String) async throws(CallError) -> Peer {
        let state = state
        guard !state.isFinal else { throw TaskErrors.hasEnded(id, state, method) }
        guard let started = await started.value() else {
            throw CallError(.cancelled, "Waiting for the start of task \(id) was cancelled", ran: .no)
        }
        do throws(CallError) { return try started.get() } catch {
            // The error may say that the task was executed; this call was never sent.
            var error = error
            error.executed = .no
            throw error
        }
    }

    /// Calls the task once it is at work.
    ///
    /// - Parameters:
    ///   - method: The method to be called, for error messages.
    ///   - body: Makes the call on the peer.
    /// - Returns: What `body` returns.
    /// - Throws: The error of the call; when the connection was lost, one that says how the process ended.
    func calling<Answer>(
        _ method: String,
        _ body: (Peer) async throws(CallError) -> Answer
    ) async throws(CallError) -> Answer {
        let peer = try await peer(for: method)
        do throws(CallError) { return try await body(peer) } catch { throw await explained(error, peer) }
    }

    /// Forwards a call to the task.
    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        try await calling(call.method) { peer throws(CallError) in try await peer.dispatch(call) }
    }

    /// Waits for the result of the task.
    ///
    /// - Returns: The encoded result.
    /// - Throws: `CallError`: the failure of the task, or `.cancelled` when the task was stopped or the waiting Swift
    ///   task was cancelled.
    func result() async throws(CallError) -> Payload {
        guard let end = await ended.value() else {
            throw CallError(.cancelled, "Waiting for the result of task \(id) was cancelled", ran: .unknown)
        }
        guard case .result(let payload) = end else { throw error(of: end) ?? TaskErrors.stopped(id) }
        return payload
    }

    /// Returns the error of a call, with the reason why the process ended when that is why the call failed.
    private func explained(_ error: CallError, _ peer: Peer) async -> CallError {
        guard error.code == .unavailable, !peer.isConnected else { return error }
        guard let loss = await loss.value() else { return error }
        // Any other state than done or stop means that the task is lost, although its failure may not be recorded yet.
        let end = state
        var reason = end == .done || end == .stop ? TaskErrors.ended(id, end) : TaskErrors.lost(id, loss)
        reason.executed = error.executed == .no ? .no : .yes
        return reason
    }

    /// Records why the connection ended, after waiting for the exit of the process.
    func noteLoss(_ reason: DisconnectReason) async {
        var loss = TaskLoss(reason: reason)
        // The kernel closes the connection of a process before the process can be waited for, and a process that closes
        // it by itself may still clean up.
        if TaskLoss.dependsOnProcess(reason) {
            loss.exit = await exited.value(within: Self.exitDelay) ?? nil
            // The process has ended but its output is still being read: the exit is recorded after that.
            if loss.exit == nil, hasProcessEnded { loss.exit = await exited.value() ?? nil }
        }
        self.loss.settle(loss)
    }

    /// The time that a process has to end after its connection has ended.
    static let exitDelay = Duration.seconds(2)
}
