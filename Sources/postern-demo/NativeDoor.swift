import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms
import ServiceLifecycle

/// Whether and where the native protocol is served.
struct NativeOptions: ParsableArguments {
    @Option(help: "Serves the native protocol there too: unix:/path or tcp:host:port.")
    var native: Address?

    @OptionGroup var secretOptions: SecretOptions

    /// Where to serve it, if anywhere.
    var address: Address? { native ?? Setting.optional("native") }
}

/// Serves the native protocol until the program is told to stop.
struct NativeDoor: ServiceLifecycle.Service {
    /// Where it listens.
    let address: Address
    private let server: NativeServer

    /// Begins to listen.
    init(
        _ router: Router,
        at address: Address,
        authentication: (any Authentication)?,
        sendsTraces: Bool
    ) async throws(CallError) {
        var options = ConnectionOptions()
        options.name = "postern-demo"
        options.sendsTraces = sendsTraces
        options.authentication = authentication
        server = NativeServer(
            router,
            options: options,
            onRefusal: { Output.error("refused: \($0.message.debugDescription)") }
        )
        self.address = try await server.start(at: address)
    }

    func run() async throws {
        try? await gracefulShutdown()
        await server.drain()
    }
}
