import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms

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
