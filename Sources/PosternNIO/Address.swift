import Postern

/// Where a native server listens: a TCP host and port, with TLS or without, or a Unix socket.
public enum Address: Hashable, Sendable {
    /// A host name or an IP address, and a port; port 0 lets the system choose one.
    case tcp(host: String, port: Int)
    /// The same, with TLS; of use only in builds with the package's trait `TLS`.
    case tls(host: String, port: Int)
    /// The path of a Unix domain socket, or `@` and a name in the abstract namespace of Linux, which has no file.
    ///
    /// The path, or the name behind `@`, is at most 107 bytes. Every user of the system may connect to an abstract name.
    case unix(path: String)

    /// Reads `tcp:host:port`, `tcp:[IPv6 address]:port`, `tls:` with the same, `unix:/path` or `unix:@name`; `nil` for
    /// anything else.
    ///
    /// Two slashes may stand behind the colon, as in `tcp://host:port` and `unix:///path`.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.hasPrefix("unix:///") ? text.dropFirst(7) : text.dropFirst(5)
            guard !path.isEmpty, !path.hasPrefix("//") else { return nil }
            self = .unix(path: String(path))
        } else if text.hasPrefix("tcp:") || text.hasPrefix("tls:") {
            let rest = text.dropFirst(text.dropFirst(4).hasPrefix("//") ? 6 : 4)
            guard let colon = rest.lastIndex(of: ":") else { return nil }
            guard let port = UInt16(rest[rest.index(after: colon)...]) else { return nil }
            var host = rest[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                return nil
            }
            guard !host.isEmpty, !host.contains("/") else { return nil }
            self = (text.hasPrefix("tcp") ? Self.tcp : Self.tls)(String(host), Int(port))
        } else {
            return nil
        }
    }
}

extension Address: CustomStringConvertible {
    /// The text that reads back to the same address.
    public var description: String {
        switch self {
        case .tcp(let host, let port): "tcp:\(Self.text(host, port))"
        case .tls(let host, let port): "tls:\(Self.text(host, port))"
        case .unix(let path): "unix:\(path)"
        }
    }

    private static func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension Address {
    /// Reads an address that a program's own text should be.
    init(reading text: String) throws(CallError) {
        guard let address = Address(text) else {
            throw CallError(.invalidRequest, "\(text.debugDescription) is no address of a native server")
        }
        self = address
    }

    /// What carries connections to this address.
    var medium: ConnectionEnd.Medium {
        switch self {
        case .tcp: .tcp
        case .tls: .tls
        case .unix: .unix
        }
    }

    func withPort(_ chosen: Int?) -> Address {
        guard let chosen else { return self }
        return switch self {
        case .tcp(let host, _): .tcp(host: host, port: chosen)
        case .tls(let host, _): .tls(host: host, port: chosen)
        case .unix: self
        }
    }
}
