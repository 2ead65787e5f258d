import Postern
import PosternNIO
import ServiceLifecycle

/// A service that serves the native protocol until the program is stopped.
struct NativeDoor: ServiceLifecycle.Service {
    /// The address on which the server listens, with the port that the system has chosen.
    let address: Address
    let server: NativeServer
    private let grace: Duration

    /// Starts listening.
    init(
        _ router: Router,
        at address: Address,
        options: ConnectionOptions,
        grace: Duration
    ) async throws(CallError) {
        self.grace = grace
        server = NativeServer(router, options: options)
        self.address = try await server.start(at: address)
    }

    func run() async throws {
        // An error means that the service is cancelled, which ends the server too.
        try? await gracefulShutdown()
        await server.drain(grace: grace)
    }
}
