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

    func validate() throws { try connection.check(for: server) }

    /// Performs a request, as ``ConnectionArguments/perform(_:at:printer:)`` does.
    func perform(_ request: RemoteRequest, printer: AnswerPrinter) async throws {
        try await connection.perform(request, at: server, printer: printer)
    }
}

/// The options of the connection to a server.
struct ConnectionArguments: ParsableArguments {
    // Unconditional, so that the error for a negative number is its range.
    @Option(
        parsing: .unconditional,
        help: """
            Seconds to wait for the connection and the answer; of a stream or topic only for its beginning, as its \
            items may take any time.
            """
    )
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

    /// Throws a `ValidationError` for an option of the command line that has no effect at a server.
    ///
    /// Variables of the environment may be meant for other commands.
    func check(for server: Endpoint) throws {
        switch server {
        case .native:
            guard header.isEmpty else {
                throw ValidationError(
                    "--header needs a ws:, wss:, http: or https: URL; the native protocol has no header fields"
                )
            }
            guard trust.caFile == nil else {
                throw ValidationError("--ca-file needs a wss: or https: URL; at tls: it is --tls-authority")
            }
        case .web:
            guard secretOptions.secretFile == nil else {
                throw ValidationError("--secret-file needs a native server, such as unix:/path or tcp:host:port")
            }
        }
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
