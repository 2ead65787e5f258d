import Postern
import PosternNIO
import ServiceLifecycle

/// Serves the native protocol until the program is told to stop.
struct NativeDoor: ServiceLifecycle.Service {
    /// Where it listens.
    let address: Address
    let server: NativeServer
    private let grace: Duration

    /// Begins to listen.
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
        try? await gracefulShutdown()
        await server.drain(grace: grace)
    }
}
