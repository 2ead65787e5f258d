import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms

/// Which server to ask, and how.
struct RemoteOptions: ParsableArguments {
    @Argument(help: "The server: ws://host:port/rpc, unix:/path, unix:@name, tcp:host:port or tls:host:port.")
    var server: Endpoint

    @OptionGroup var connection: ConnectionArguments

    var duration: Duration { connection.duration }

    /// Makes a request, see ``ConnectionArguments/perform(_:at:receive:)``.
    func perform(_ request: RemoteRequest, receive: (RemoteAnswer) -> Bool) async throws {
        try await connection.perform(request, at: server, receive: receive)
    }
}

/// How a server is asked, and how long it may take.
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

    var duration: Duration { .seconds(timeout) }

    /// Makes a request and delivers each value of its answer, until `receive` returns false.
    ///
    /// Failures are written to the standard error output and end the program.
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
            let isTraced = error.hops.contains { $0.trace != nil }
            let text = isTraced ? error.description : error.message
            Output.error("error \(error.code.rawValue) \(error.name.word): \(text)")
            throw ExitCode(1)
        }
    }
}

/// How many values of a stream are wanted.
struct CountOption: ParsableArguments {
    @Option(help: "Ends after this many values of a stream or topic.")
    var count: Int?

    /// The number given, if any.
    var wanted: Int? { count ?? Setting.optional("count") }

    func validate() throws {
        if let wanted, wanted < 1 { throw ValidationError("\(Setting.named("count")) must be at least 1") }
    }
}
