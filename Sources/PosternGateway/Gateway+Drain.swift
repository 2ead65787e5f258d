import LibWebSockets
import Logging
import Postern

/// The stop of a gateway.
extension Gateway {
    /// Stops within the configured times.
    ///
    /// Calls that have not ended when the grace is over are answered -32053, with status 503 where they came by HTTP,
    /// and say that it is not known whether they were executed.
    ///
    /// The threads of the event loops have ended when this returns. What libwebsockets has for each of them cannot be
    /// given up safely: it serves the next gateway of the process (see `HTTPServer.stop()`).
    public func drain() async {
        let times = configuration.drain
        logger.info("draining")
        readiness.announceStop()
        try? await Task.sleep(for: times.lead.clamped)
        readiness.beginDrain()
        for context in loops.all { await context.run { $0.refuseCalls() } }
        await server.stopAccepting()
        await waitForCalls(until: .now.later(by: times.grace))
        for context in loops.all { await context.run { $0.giveUpCalls() } }
        await server.interruptRequests()
        for context in loops.all { await context.run { $0.closeSessions(over: times.spread.clamped) } }
        await waitForConnections(until: .now.later(by: times.spread.clamped + Self.farewell))
        await server.stop()
        logger.info("stopped")
    }

    /// How long the last clients have to read what was sent and to close.
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
            // Draining has to end although the task that runs the gateway may be cancelled already.
            await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
    }
}

extension CallError {
    /// The answer to calls that have not ended when the grace of a stop is over.
    static let stopped = CallError(.draining, "The server stopped before the call ended", ran: .unknown)
}
