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

    /// Returns the options of native connections, `nil` when the native protocol is not served.
    func connectionOptions(
        _ shared: GatewayOptions,
        observer: any IncidentObserver
    ) throws -> ConnectionOptions? {
        guard let address else { return nil }
        var options = ConnectionOptions()
        options.name = "postern-demo"
        options.sendsTraces = shared.sendTraces
        options.observer = observer
        options.socketFile = shared.listen.socketFile(forNativeAt: address)
        options.maximumConnections = shared.limits.maxConnections
        options.addresses = shared.addresses.limits
        if shared.limits.maxHeldBytes > 0 { options.limits.heldBytes = shared.limits.maxHeldBytes }
        options.authentication = try secretOptions.secret()
        tlsArguments.apply(to: &options, isListening: true)
        return options
    }
}
