import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms
import ServiceLifecycle

/// Whether and where the native protocol is served.
struct NativeOptions: ParsableArguments {
    @Option(help: "Serves the native protocol there too: unix:/path, unix:@name, tcp:host:port or tls:host:port.")
    var native: Address?

    @OptionGroup var secretOptions: SecretOptions
    @OptionGroup var tlsArguments: TLSArguments

    /// Where to serve it, if anywhere.
    var address: Address? { native ?? Setting.optional("native") }

    /// How connections behave.
    func connectionOptions(
        sendsTraces: Bool,
        socketFile: SocketFileOptions,
        observer: any IncidentObserver
    ) throws -> ConnectionOptions {
        var options = ConnectionOptions()
        options.name = "postern-demo"
        options.sendsTraces = sendsTraces
        options.observer = observer
        options.socketFile = socketFile
        options.authentication = try secretOptions.secret()
        tlsArguments.apply(to: &options, isListening: true)
        return options
    }
}

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
