import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms

/// The argument for the server of a command, and the options of the connection.
struct RemoteOptions: ParsableArguments {
    @Argument(help: "The server: ws://host:port/rpc, unix:/path, unix:@name, tcp:host:port or tls:host:port.")
    var server: Endpoint

    @OptionGroup var connection: ConnectionArguments

    var duration: Duration { connection.duration }

    /// Performs a request, as ``ConnectionArguments/perform(_:at:receive:)`` does.
    func perform(_ request: RemoteRequest, receive: (RemoteAnswer) -> Bool) async throws {
        try await connection.perform(request, at: server, receive: receive)
    }
}

/// The options of the connection to a server.
struct ConnectionArguments: ParsableArguments {
    @Option(help: "Seconds to wait for the connection and the answer.")
    var timeout = Setting.value("timeout", default: 30.0)

    @OptionGroup var secretOptions: SecretOptions
    @OptionGroup var tlsArguments: TLSArguments

    func validate() throws {
        guard (0.001...86_400).contains(timeout) else {
            throw ValidationError("\(Setting.named("timeout", timeout)) is not within 0.001 to 86400")
        }
    }

    /// The timeout as a duration.
    var duration: Duration { .seconds(timeout) }

    /// Performs a request, and passes each value of its answer to `receive` until that returns `false`.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - server: The server.
    ///   - receive: Processes a value, and returns whether further ones are wanted.
    /// - Throws: `ExitCode` after a failure, which is written to standard error.
    func perform(_ request: RemoteRequest, at server: Endpoint, receive: (RemoteAnswer) -> Bool) async throws {
        do {
            switch server {
            case .native(let address):
                var options = ConnectionOptions()
                options.authentication = try secretOptions.secret()
                tlsArguments.apply(to: &options)
                let remote = NativeRemote(address, options: options)
                try await remote.perform(request, receive: receive)
            case .webSocket(let url): try await WebSocketRemote(url).perform(request, receive: receive)
            }
        } catch let failure as ConnectionFailure {
            Output.error("no connection: \(failure.message)")
            throw ExitCode(69)
        } catch let error as CallError {
            // The description of an error contains the traces, which are long; without any it adds nothing.
            let isTraced = error.hops.contains { $0.trace != nil }
            let text = isTraced ? error.description : error.message
            Output.error("error \(error.code.rawValue) \(error.name.word): \(text)")
            throw ExitCode(1)
        }
    }
}

/// The option for the number of values after which a stream ends.
struct CountOption: ParsableArguments {
    @Option(help: "Ends after this many values of a stream or topic.")
    var count: Int?

    /// The number of the command line or the environment; `nil` for no limit.
    var wanted: Int? { count ?? Setting.optional("count") }

    func validate() throws {
        if let wanted, wanted < 1 { throw ValidationError("\(Setting.named("count")) must be at least 1") }
    }
}
