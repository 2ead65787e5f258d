import ArgumentParser
import Logging
import Postern
import PosternGateway
import PosternLogging
import PosternNIO
import PosternPrograms
import ServiceLifecycle

/// The command `postern gateway`, which serves the methods of a native server at the JSON doors.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Opens the JSON doors in front of a native server.",
        discussion: """
            Starts also when the server is not there yet, and connects again whenever the connection is lost; calls \
            made meanwhile fail with -32054. Ends when the server and the gateway do not share a secret. The first SIGTERM or SIGINT lets calls in flight end; a second one stops at once.

            Every option can also be given in the environment: --drain-grace 5 as POSTERN_DRAIN_GRACE=5, --access-log as \
            POSTERN_ACCESS_LOG=1, and several values separated by commas, as POSTERN_ALLOW_HOST=a.example,b.example.

            Exit codes: 0 after a stop, 1 an address that cannot be listened on, 64 wrong usage, 69 the server and the \
            gateway do not share a secret, 143 and 130 after a second SIGTERM or SIGINT.

            Examples:
              postern gateway --upstream unix:/run/app.sock
              postern gateway --upstream tcp:10.0.0.5:9000 --port 80 --host 0.0.0.0 --allow-host api.example
              postern gateway --upstream unix:/run/app.sock --listen unix:/run/http.sock --socket-group www-data
            """
    )

    @Option(help: "The native server: unix:/path, unix:@name, tcp:host:port or tls:host:port\(TLSArguments.remark).")
    var upstream: Address?

    @Flag(inversion: .prefixedNo, help: "Answers /readyz with 200 also while the native server is not connected.")
    var readyWithoutUpstream = Setting.flag("ready-without-upstream")

    @OptionGroup var secretOptions: SecretOptions
    @OptionGroup var tlsArguments: TLSArguments
    @OptionGroup(title: "Gateway options") var gatewayOptions: GatewayOptions
    @OptionGroup var log: LogOptions

    private var server: Address? { upstream ?? Setting.optional("upstream") }

    func validate() throws {
        if server == nil {
            throw ValidationError("Missing expected argument '--upstream <upstream>', or POSTERN_UPSTREAM")
        }
        try TLSArguments.demandSupport(for: server, of: "upstream")
        try gatewayOptions.listen.demandSocketFile()
    }

    func run() async throws {
        guard let server else { return }
        FirstProcess.reapOrphans()
        // Before anything is opened, so that a signal during the start is not lost.
        let signals = await StopSignals()
        let logger = log.logger("postern-gateway")
        let incidents = IncidentLog(logger)
        var options = ConnectionOptions()
        options.observer = incidents
        options.authentication = try secretOptions.secret()
        tlsArguments.apply(to: &options)
        // Before the connection, whose log lines could be mixed with the error for an invalid option.
        var configuration = try gatewayOptions.configuration()
        let connection = Upstream(to: server, options: options)
        connection.peer.start()
        configuration.accessLog = log.accessLogger("postern-gateway")
        // `/readyz` fails while the native server is not connected, so that a balancer sends no requests here.
        if !readyWithoutUpstream { configuration.isServiceReachable = { connection.peer.peer != nil } }
        let gateway = try await gatewayOptions.open(
            configuration,
            dispatcher: connection.peer,
            logger: logger,
            observer: incidents
        )
        // Services are stopped in reverse order: the doors are drained while the connection is still open.
        do {
            try await ServiceRun.serve([connection, gateway], until: signals, logger: logger)
        } catch let refusal as DisconnectReason {
            // Written to the log, which does not delay the exit of a program whose output is not read.
            logger.critical("no connection to \(server): \(refusal.message)")
            throw ExitCode(69)
        }
    }
}

/// A service that keeps the connection to the native server open until the program is stopped.
private struct Upstream: ServiceLifecycle.Service {
    let peer: ReconnectingPeer
    private let refusals: AsyncStream<DisconnectReason>

    init(to server: Address, options: ConnectionOptions) {
        let (refusals, signal) = AsyncStream.makeStream(of: DisconnectReason.self)
        self.refusals = refusals
        peer = ReconnectingPeer(to: server, options: options, onRefusal: { signal.yield($0) })
    }

    /// Waits for the stop of the program, or for a refusal by the native server.
    ///
    /// - Throws: `DisconnectReason` when the server and the gateway do not share a secret.
    func run() async throws {
        let refusal = await refusals.cancelOnGracefulShutdown().first { _ in true }
        await peer.stop()
        if let refusal { throw refusal }
    }
}
