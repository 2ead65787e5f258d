import Logging
import Postern
import PosternNIO
import ServiceLifecycle

/// A service that serves the native protocol until the program is stopped.
struct NativeDoor: ServiceLifecycle.Service {
    /// The address on which the server listens, with the port that the system has chosen.
    let address: Address
    let server: NativeServer
    private let grace: Duration
    /// The number of connections that the options ask for.
    private let configured: Int

    /// Starts listening with a server.
    init(_ server: NativeServer, at address: Address, grace: Duration, configured: Int) async throws(CallError) {
        self.server = server
        self.grace = grace
        self.configured = configured
        self.address = try await server.start(at: address)
    }

    /// Logs how many connections there may be, and a notice where they are fewer than configured.
    func logLimits(to logger: Logger) {
        var limits: Logger.Metadata = [
            "connections": "\(server.maximumConnections)", "descriptors": "\(server.maximumDescriptors)",
            "perAddress": "\(server.maximumConnectionsPerAddress)",
        ]
        logger.info("native limits", metadata: limits)
        guard server.maximumConnections < configured else { return }
        limits["configured"] = "\(configured)"
        logger.notice("fewer native connections than configured, by the limit of open files", metadata: limits)
    }

    func run() async throws {
        // An error means that the service is cancelled, which ends the server too.
        try? await gracefulShutdown()
        await server.drain(grace: grace)
    }
}
