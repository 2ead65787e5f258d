import LibWebSockets
import Logging
import Postern

extension Gateway {
    /// Stops the gateway within the configured times.
    ///
    /// Calls that have not ended when the grace period is over are answered with the error -32053, with status 503 over
    /// HTTP. The error states that it is unknown whether the call was executed.
    ///
    /// When this returns, the threads of the event loops have ended. About 1 MiB and four descriptors per loop remain
    /// for the next gateway of the process, because libwebsockets cannot release them safely.
    public func drain() async {
        let times = configuration.drain
        logger.info("draining")
        // Load balancers find the gateway not ready and stop sending connections while it still accepts them.
        readiness.announceStop()
        try? await Task.sleep(for: times.lead.clamped)
        // New calls are refused on open connections too; their clients can call another server.
        readiness.beginDrain()
        for context in loops.all { await context.run { $0.refuseCalls() } }
        await server.stopAccepting()
        await waitForCalls(until: .now.later(by: times.grace))
        // WebSocket calls have a session that answers them; HTTP calls are answered by their exchange.
        for context in loops.all { await context.run { $0.abandonCalls() } }
        await server.interruptRequests()
        for context in loops.all { await context.run { $0.closeSessions(over: times.spread.clamped) } }
        await waitForConnections(until: .now.later(by: times.spread.clamped + Self.farewell))
        await server.stop()
        logger.info("stopped")
    }

    /// The time for the last clients to read the output and to close their connections.
    private static let farewell = Duration.milliseconds(500)

    private func waitForCalls(until limit: ContinuousClock.Instant) async {
        await wait(until: limit) {
            var count = 0
            for context in self.loops.all { count += await context.run { $0.callsInFlight } }
            return count == 0
        }
    }

    private func waitForConnections(until limit: ContinuousClock.Instant) async {
        await wait(until: limit) { await self.server.connectionCount == 0 }
    }

    private func wait(until limit: ContinuousClock.Instant, for isDone: () async -> Bool) async {
        while ContinuousClock.now < limit, await !isDone() {
            // In a task of its own: the task that runs the gateway may be cancelled, so its sleep would not wait.
            await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
    }
}

extension CallError {
    /// The error of calls that have not ended when the grace period of a stop is over.
    static let stopped = CallError(.draining, "The server stopped before the call ended", ran: .unknown)
}
