public import LibWebSockets
public import Logging
public import Postern
import PosternLogging
public import ServiceLifecycle

/// An HTTP and WebSocket gateway in front of one dispatcher.
///
/// It listens from the moment it is made. ``run()`` keeps it until a graceful shutdown is asked for, and then drains:
/// first `/readyz` fails, then nothing new is accepted, calls in flight are answered, connections are closed with
/// 4101, and it returns.
public final class Gateway: ServiceLifecycle.Service {
    private let configuration: GatewayConfiguration
    private let server: HTTPServer
    private let readiness: Readiness
    private let loops: LoopRegistry
    private let logger: Logger

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen, what to let in, and the limits.
    ///   - dispatcher: What answers the calls; the gateway does not know what is behind it.
    ///   - logger: Takes starts and stops, and incidents where there is no `observer`; nothing that a client sent is logged
    ///     but host, origin and path.
    ///   - observer: Takes reports of failed handlers, refused and cut off clients; `nil` has them logged.
    /// - Throws: `HTTPServer.StartError` when the address cannot be listened on.
    public init(
        _ configuration: GatewayConfiguration,
        dispatcher: any Dispatcher,
        logger: Logger = Logger(label: "postern.gateway"),
        observer: (any IncidentObserver)? = nil
    ) async throws(HTTPServer.StartError) {
        let dispatcher = configuration.sendsTraces ? TracingDispatcher(dispatcher, name: "gateway") : dispatcher
        let readiness = Readiness(isServiceReachable: configuration.isServiceReachable)
        let observer = observer ?? IncidentLog(logger)
        let loops = LoopRegistry()
        self.configuration = configuration
        self.readiness = readiness
        self.loops = loops
        self.logger = logger
        server = try await HTTPServer(configuration.server) { loop in
            let context = LoopContext(
                loop: loop,
                dispatcher: dispatcher,
                configuration: configuration,
                readiness: readiness,
                observer: observer
            )
            loops.add(LoopBound(context, on: loop))
            return GatewayService(context)
        }
        logger.info("listening", metadata: ["host": "\(configuration.server.host)", "port": "\(server.port)"])
    }

    /// The port in use, also when the system chose it.
    public var port: Int { server.port }

    /// Waits for a graceful shutdown or the cancellation of the task, then drains.
    public func run() async throws {
        try? await gracefulShutdown()
        await drain()
    }

    /// Stops within the configured times; every call that was accepted is answered, or given up at the end of them.
    ///
    /// The threads of the event loops have ended when this returns. What libwebsockets has for each of them cannot be
    /// given up safely: it serves the next gateway of the process (see ``HTTPServer/stop()``).
    public func drain() async {
        let times = configuration.drain
        logger.info("draining")
        readiness.announceStop()
        try? await Task.sleep(for: times.lead)
        readiness.beginDrain()
        for context in loops.all { await context.run { $0.refuseCalls() } }
        await server.stopAccepting()
        await waitForCalls(until: .now + times.grace)
        for context in loops.all { await context.run { $0.closeSessions(over: times.spread) } }
        await waitForConnections(until: .now + times.spread + .seconds(2))
        await server.stop()
        logger.info("stopped")
    }

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
