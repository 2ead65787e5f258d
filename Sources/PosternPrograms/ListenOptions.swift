public import ArgumentParser
import LibWebSockets
import PosternGateway
public import PosternNIO
import SystemPackage

/// The options for the addresses of the JSON doors.
package struct ListenOptions: ParsableArguments {
    /// The host to listen on.
    @Option(help: "The address to listen on; 0.0.0.0 for all.")
    package var host = Setting.value("host", default: "127.0.0.1")

    /// The port to listen on.
    @Option(help: "The port to listen on; 0 lets the system choose.")
    package var port = Setting.value("port", default: 8080)

    /// The addresses to listen on, which replace the host and the port.
    @Option(
        help: """
            Listens there in place of --host and --port: unix:/path, unix:@name or tcp:host:port, which is given once. \
            May be repeated.
            """
    )
    package var listen = Setting.list("listen", as: Address.self)

    /// The options for the files of Unix sockets.
    @OptionGroup package var socketFile: SocketFileArguments

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` for addresses that cannot be used.
    package func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("\(Setting.named("port", port)) is not within 0 to 65535")
        }
        guard tcpAddresses.count <= 1 else {
            throw ValidationError(
                "\(Setting.named("listen", tcpAddresses[1])) is a second tcp: address; one can be given"
            )
        }
        if let address = listen.first(where: \.isTLS) {
            throw ValidationError("\(Setting.named("listen", address)) is not possible: TLS ends in a proxy in front")
        }
    }

    /// Throws a `ValidationError` when a mode or group is set although the program listens on no Unix socket.
    ///
    /// - Parameter native: The address of the native server of the program; `nil` for none.
    /// - Throws: The error.
    package func demandSocketFile(orAt native: Address? = nil) throws {
        guard socketFile.options.isSet, unixPaths.isEmpty, native == nil else { return }
        throw ValidationError("--socket-mode and --socket-group need a unix: address to listen on")
    }

    /// Returns the options for the socket file of a native server in the same program.
    ///
    /// - Parameter native: The address of the native server.
    /// - Returns: The mode and the group of the command line. They are not set when the native server has no socket
    ///   file and the JSON doors have one, to which the options apply then.
    package func socketFile(forNativeAt native: Address) -> SocketFileOptions {
        native.path == nil && !unixPaths.isEmpty ? SocketFileOptions() : socketFile.options
    }

    /// Returns the URL of the TCP listener for its port, or `nil` when there is no TCP listener.
    package func url(port: Int) -> String? {
        guard let host = tcp?.host else { return nil }
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }

    /// Sets the TCP address in a configuration, and opens the Unix sockets.
    ///
    /// - Parameter configuration: The configuration to change.
    /// - Throws: `CallError` with the reason when a socket cannot be opened. Those that are already open are closed.
    func apply(to configuration: inout GatewayConfiguration) async throws {
        configuration.server.listensOnTCP = tcp != nil
        if let tcp { (configuration.server.host, configuration.server.port) = tcp }
        for path in unixPaths {
            do {
                let (socket, file) = try await UnixListener(at: path, socketFile.options).listen()
                let name = "unix:\(path)"
                let listener = AdoptedListener(descriptor: socket.rawValue, name: name) { await file?.remove() }
                configuration.server.listeners.append(listener)
            } catch {
                // Closing also removes the files of the sockets that are already open.
                for listener in configuration.server.listeners { await listener.close() }
                throw error
            }
        }
    }

    /// Returns a usage error when an invalid host is the reason why a gateway did not start, or `nil` otherwise.
    func usageError(_ error: HTTPServer.StartError) -> (any Error)? {
        guard case .socket(let cause) = error, cause.code == Errno.invalidArgument.rawValue, let host = tcp?.host else {
            return nil
        }
        let source = listen.isEmpty ? Setting.named("host", host) : Setting.named("listen", host)
        return ValidationError("\(source) is no IPv4 or IPv6 address; the only name allowed is localhost")
    }

    private var tcp: (host: String, port: Int)? { listen.isEmpty ? (host, port) : tcpAddresses.first?.hostAndPort }

    private var tcpAddresses: [Address] { listen.filter { $0.hostAndPort != nil && !$0.isTLS } }

    private var unixPaths: [String] { listen.compactMap(\.path) }
}

extension Address {
    /// Whether connections are encrypted.
    var isTLS: Bool { if case .tls = self { true } else { false } }

    fileprivate var path: String? { if case .unix(let path) = self { path } else { nil } }

    fileprivate var hostAndPort: (host: String, port: Int)? {
        switch self {
        case .tcp(let host, let port), .tls(let host, let port): (host, port)
        case .unix: nil
        }
    }
}

extension Address: LosslessStringConvertible, ExpressibleByArgument {}
