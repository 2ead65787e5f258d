public import ArgumentParser
import LibWebSockets
import PosternGateway
public import PosternNIO
import SystemPackage

/// Where the JSON doors of a program listen.
package struct ListenOptions: ParsableArguments {
    /// The address to listen on.
    @Option(help: "The address to listen on; 0.0.0.0 for all.")
    package var host = Setting.value("host", default: "127.0.0.1")

    /// The port to listen on.
    @Option(help: "The port to listen on; 0 lets the system choose.")
    package var port = Setting.value("port", default: 8080)

    /// Addresses in place of the host and the port.
    @Option(
        help: """
            Listens there in place of --host and --port: unix:/path, unix:@name or tcp:host:port, which is given once. \
            May be repeated.
            """
    )
    package var listen = Setting.list("listen", as: Address.self)

    /// Which users may connect to Unix sockets.
    @OptionGroup package var socketFile: SocketFileArguments

    /// The defaults.
    package init() {}

    /// Checks the addresses.
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

    /// Checks that there is a socket file where a mode or a group is given for it.
    ///
    /// - Parameter native: Where the program serves the native protocol too.
    /// - Throws: `ValidationError` when there is none.
    package func demandSocketFile(orAt native: Address? = nil) throws {
        guard socketFile.options.isSet, unixPaths.isEmpty, native == nil else { return }
        throw ValidationError("--socket-mode and --socket-group need a unix: address to listen on")
    }

    /// The options of the socket file of a native server in the same program.
    ///
    /// - Parameter native: Where it listens.
    /// - Returns: What the command line names; nothing for an address without a file while the JSON doors have one.
    package func socketFile(forNativeAt native: Address) -> SocketFileOptions {
        native.path == nil && !unixPaths.isEmpty ? SocketFileOptions() : socketFile.options
    }

    /// The URL of the TCP address once it is open; `nil` without one.
    package func url(port: Int) -> String? {
        guard let host = tcp?.host else { return nil }
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }

    /// Sets the TCP address, and opens the Unix sockets.
    ///
    /// - Throws: `CallError` when a socket cannot be opened, with the reason; then none is left open.
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
                for listener in configuration.server.listeners { await listener.close() }
                throw error
            }
        }
    }

    /// What is wrong with the host where that is why a gateway did not start.
    func usageError(_ error: HTTPServer.StartError) -> (any Error)? {
        guard case .socket(let cause) = error, cause.code == Errno.invalidArgument.rawValue, let host = tcp?.host else {
            return nil
        }
        let source = listen.isEmpty ? Setting.named("host", host) : Setting.named("listen", host)
        return ValidationError("\(source) is no IPv4 or IPv6 address; of names only localhost can be listened on")
    }

    private var tcp: (host: String, port: Int)? { listen.isEmpty ? (host, port) : tcpAddresses.first?.hostAndPort }

    private var tcpAddresses: [Address] { listen.filter { $0.hostAndPort != nil && !$0.isTLS } }

    private var unixPaths: [String] { listen.compactMap(\.path) }
}

extension Address {
    fileprivate var isTLS: Bool { if case .tls = self { true } else { false } }

    fileprivate var path: String? { if case .unix(let path) = self { path } else { nil } }

    fileprivate var hostAndPort: (host: String, port: Int)? {
        switch self {
        case .tcp(let host, let port), .tls(let host, let port): (host, port)
        case .unix: nil
        }
    }
}

extension Address: LosslessStringConvertible, ExpressibleByArgument {}
