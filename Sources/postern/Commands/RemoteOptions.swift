import ArgumentParser
import Postern
import PosternNIO
import PosternPrograms

/// The argument for the server of a command, and the options of the connection.
struct RemoteOptions: ParsableArguments {
    @Argument(
        help:
            "The server: ws://host:port/rpc, wss:, http:, https:, unix:/path, unix:@name, tcp:host:port or tls:host:port.",
        transform: Endpoint.init(reading:)
    )
    var server: Endpoint

    @OptionGroup var connection: ConnectionArguments

    func validate() throws { try connection.checkFields(for: server) }

    /// Performs a request, as ``ConnectionArguments/perform(_:at:printer:)`` does.
    func perform(_ request: RemoteRequest, printer: AnswerPrinter) async throws {
        try await connection.perform(request, at: server, printer: printer)
    }
}

/// The options of the connection to a server.
struct ConnectionArguments: ParsableArguments {
    @Option(help: "Seconds to wait for the connection and the answer.")
    var timeout = Setting.value("timeout", default: 30.0)

    @Option(
        help: "A header field for requests to ws:, wss:, http: and https: URLs, as 'Name: value'. May be repeated.",
        transform: HeaderField.init(reading:)
    )
    var header: [HeaderField] = []

    @OptionGroup var trust: TrustOptions
    @OptionGroup var secretOptions: SecretOptions
    @OptionGroup var tlsArguments: TLSArguments

    func validate() throws {
        guard (0.001...86_400).contains(timeout) else {
            throw ValidationError("\(Setting.named("timeout", timeout)) is not within 0.001 to 86400")
        }
        _ = try fields()
    }

    /// The timeout as a duration.
    var duration: Duration { .seconds(timeout) }

    /// Throws a `ValidationError` when there are header fields and the server is a native one.
    func checkFields(for server: Endpoint) throws {
        guard case .native = server, !header.isEmpty else { return }
        throw ValidationError(
            "--header needs a ws:, wss:, http: or https: URL; the native protocol has no header fields"
        )
    }

    /// Performs a request, and prints its answer.
    ///
    /// - Parameters:
    ///   - request: The request, which SIGINT and SIGTERM cancel.
    ///   - server: The server.
    ///   - printer: Prints the answer.
    /// - Throws: `ExitCode` after a failure, which is printed.
    func perform(_ request: RemoteRequest, at server: Endpoint, printer: AnswerPrinter) async throws {
        let remote = try remote(server)
        do {
            defer { printer.clear() }
            try await SignalCancellation.cancelling {
                try await remote(request) { printer.print($0) }
            }
        } catch let failure as ConnectionFailure {
            throw ExitCode(printer.printFailure(failure))
        } catch let error as RemoteError {
            throw ExitCode(printer.printError(error))
        } catch let error as CallError {
            throw ExitCode(printer.printError(RemoteError(error)))
        }
    }

    /// Returns the function that performs requests at a server.
    ///
    /// - Throws: `ValidationError` for a file that cannot be read.
    func remote(
        _ server: Endpoint
    ) throws -> @Sendable (RemoteRequest, @escaping EventReceiver) async throws -> Void {
        switch server {
        case .native(let address):
            var options = ConnectionOptions()
            options.authentication = try secretOptions.secret()
            tlsArguments.apply(to: &options)
            let remote = NativeRemote(address, options: options)
            return { try await remote.perform($0, receive: $1) }
        case .web(let url):
            let (security, fields) = (try trust.security(for: url), try fields())
            if url.scheme.isWebSocket {
                let remote = WebSocketRemote(url, security: security, fields: fields)
                return { try await remote.perform($0, receive: $1) }
            }
            let remote = HTTPRemote(url, security: security, fields: fields)
            return { try await remote.perform($0, receive: $1) }
        }
    }

    /// The fields of the command line, or else those of the environment, one a line.
    private func fields() throws -> [HeaderField] {
        guard header.isEmpty, let text: String = Setting.optional("header") else { return header }
        return try text.split(separator: "\n").map { line in
            do { return try HeaderField(reading: String(line)) } catch {
                throw ValidationError("POSTERN_HEADER: \(error)")
            }
        }
    }
}
