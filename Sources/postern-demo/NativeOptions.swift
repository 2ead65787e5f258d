import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms

/// The options of the native door.
struct NativeOptions: ParsableArguments {
    @Option(
        help: """
            Serves the native protocol there too: unix:/path, unix:@name, tcp:host:port or \
            tls:host:port\(TLSArguments.remark).
            """
    )
    var native: Address?

    @OptionGroup var secretOptions: SecretOptions
    @OptionGroup var tlsArguments: TLSArguments

    func validate() throws { try TLSArguments.demandSupport(for: address, of: "native") }

    /// The address of the native door, or `nil` when the native protocol is not served.
    var address: Address? { native ?? Setting.optional("native") }

    /// Returns the options of native connections.
    func connectionOptions(
        sendsTraces: Bool,
        socketFile: SocketFileOptions,
        observer: any IncidentObserver,
        limits: GatewayOptions
    ) throws -> ConnectionOptions {
        var options = ConnectionOptions()
        options.name = "postern-demo"
        options.sendsTraces = sendsTraces
        options.observer = observer
        options.socketFile = socketFile
        options.maximumConnections = limits.limits.maxConnections
        options.addresses = limits.addresses.limits
        if limits.limits.maxHeldBytes > 0 { options.limits.heldBytes = limits.limits.maxHeldBytes }
        options.authentication = try secretOptions.secret()
        tlsArguments.apply(to: &options, isListening: true)
        return options
    }
}
