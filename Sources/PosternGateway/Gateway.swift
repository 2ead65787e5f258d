public import LibWebSockets
public import Logging
public import Postern
import PosternAdmission
import PosternLedger
import PosternLogging
public import ServiceLifecycle

/// An HTTP and WebSocket gateway that exposes a dispatcher to clients that speak JSON.
///
/// A gateway listens from its initialization on. ``run()`` waits for a graceful shutdown and then drains the gateway:
/// `/readyz` fails, new connections and calls are refused, calls in flight end or are abandoned, and WebSockets are
/// closed with 4101.
public final class Gateway: ServiceLifecycle.Service {
    let configuration: GatewayConfiguration
    let server: HTTPServer
    let readiness: Readiness
    let loops: LoopRegistry
    let logger: Logger

    /// Creates a gateway that listens on its addresses.
    ///
    /// - Parameters:
    ///   - configuration: The addresses, the admitted clients, and the limits.
    ///   - dispatcher: The dispatcher that answers the calls, such as a router or a connection to another process.
    ///   - logger: A logger for the start and the stop, and for incidents if there is no `observer`. Of the text that
    ///     clients send, only host, origin and path are logged.
    ///   - observer: A receiver of incidents: failed handlers, and refused or disconnected clients. `nil` logs them.
    /// - Throws: `HTTPServer.StartError` if an address cannot be listened on, or a limit of the configuration is out of
    ///   range.
    public init(
        _ configuration: GatewayConfiguration,
        dispatcher: any Dispatcher,
        logger: Logger = Logger(label: "postern.gateway"),
        observer: (any IncidentObserver)? = nil
    ) async throws(HTTPServer.StartError) {
        do throws(HTTPServer.StartError) { try configuration.checkRanges() } catch {
            for listener in configuration.server.listeners { await listener.close() }
            throw error
        }
        let dispatcher = configuration.sendsTraces ? TracingDispatcher(dispatcher, name: "gateway") : dispatcher
        let readiness = Readiness(isServiceReachable: configuration.isServiceReachable)
        let observer = IncidentCounter.counting(observer ?? IncidentLog(logger))
        let accessLog = configuration.accessLog.map { AccessLog($0) }
        let loops = LoopRegistry()
        if let budget = configuration.processHeldBytes { configuration.server.ledger.setBudget(budget) }
        let status = configuration.offersStatus ? StatusSource(loops, configuration.server.ledger, observer) : nil
        let queuedCalls = QueuedCallCounter(limit: configuration.waitingCalls)
        self.configuration = configuration
        self.readiness = readiness
        self.loops = loops
        self.logger = logger
        server = try await HTTPServer(configuration.server) { loop in
            // Each loop has a context and a service of its own, so that requests need no locks.
            let context = LoopContext(
                loop: loop,
                dispatcher: dispatcher,
                configuration: configuration,
                readiness: readiness,
                observer: observer,
                accessLog: accessLog,
                queuedCalls: queuedCalls,
                status: status
            )
            loops.add(LoopBound(context, on: loop))
            return GatewayService(context)
        }
        status?.watch(server.gate)
        logStart()
    }

    /// The TCP port in use, which the system has selected if the configured one is 0; 0 without a TCP address.
    public var port: Int { server.port }

    /// Waits for a graceful shutdown or the cancellation of the task, then drains the gateway.
    public func run() async throws {
        // The counts are for tests and debugging; collecting them interrupts every loop.
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
            "heldBytes": "\(configured.ledger.budget)",
            "perAddress": "\(server.gate.share)",
        ]
        logger.info("limits", metadata: limits)
        // The connections are divided by the loops, so a remainder of less than one for each loop is not a shortage.
        guard server.maximumConnections + server.loops.count <= configured.maximumConnections else { return }
        limits["configured"] = "\(configured.maximumConnections)"
        logger.notice("fewer connections than configured, by the limit of open files", metadata: limits)
    }
}
