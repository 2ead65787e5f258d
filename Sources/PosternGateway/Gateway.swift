public import LibWebSockets
public import Logging
public import Postern
import PosternLogging
public import ServiceLifecycle

/// An HTTP and WebSocket gateway in front of one dispatcher.
///
/// It listens from the moment it is made. ``run()`` keeps it until a graceful shutdown is asked for, and then drains:
/// first `/readyz` fails, then nothing new is accepted, calls in flight end or are given up, connections are closed
/// with 4101, and it returns.
public final class Gateway: ServiceLifecycle.Service {
    let configuration: GatewayConfiguration
    let server: HTTPServer
    let readiness: Readiness
    let loops: LoopRegistry
    let logger: Logger

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
        let accessLog = configuration.accessLog.map { AccessLog($0) }
        let loops = LoopRegistry()
        let queuedCalls = QueuedCallCounter(limit: configuration.waitingCalls)
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
                observer: observer,
                accessLog: accessLog,
                queuedCalls: queuedCalls
            )
            loops.add(LoopBound(context, on: loop))
            return GatewayService(context)
        }
        logStart()
    }

    /// The port in use, also when the system chose it; 0 when it listens on no TCP address.
    public var port: Int { server.port }

    /// Waits for a graceful shutdown or the cancellation of the task, then drains.
    public func run() async throws {
        let counting = logger.logLevel == .trace ? Task { [loops, logger] in await loops.logCounts(to: logger) } : nil
        try? await gracefulShutdown()
        counting?.cancel()
        await counting?.value
        await drain()
    }

    /// Logs the addresses and the limits of the process.
    private func logStart() {
        let configured = configuration.server
        if configured.listensOnTCP {
            logger.info("listening", metadata: ["host": "\(configured.host)", "port": "\(server.port)"])
        }
        for listener in configured.listeners { logger.info("listening", metadata: ["address": "\(listener.name)"]) }
        var limits: Logger.Metadata = [
            "connections": "\(server.maximumConnections)", "descriptors": "\(server.maximumDescriptors)",
        ]
        logger.info("limits", metadata: limits)
        // A part of a connection for each loop is not worth a line.
        guard server.maximumConnections + server.loops.count <= configured.maximumConnections else { return }
        limits["configured"] = "\(configured.maximumConnections)"
        logger.notice("fewer connections than configured, by the limit of open files", metadata: limits)
    }
}
