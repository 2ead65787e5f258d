import Postern

/// The address of a native server: a TCP host and port, with or without TLS, or a Unix domain socket.
public enum Address: Hashable, Sendable {
    /// A host name or an IP address, and a port; port 0 lets the system choose one.
    case tcp(host: String, port: Int)
    /// A host and a port as for ``tcp(host:port:)``, with TLS; needs the package trait `TLS`.
    case tls(host: String, port: Int)
    /// The path of a Unix domain socket, or `@` followed by a name in the abstract namespace of Linux.
    ///
    /// The path, or the name after `@`, has at most 107 bytes. An abstract name has no file, so every user of the
    /// system may connect to it.
    case unix(path: String)

    /// Creates an address from text; returns `nil` when the text is not an address.
    ///
    /// The forms are `tcp:host:port`, `tcp:[IPv6 address]:port`, both with `tls:` as well, `unix:/path` and
    /// `unix:@name`. Two slashes may follow the scheme, as in `tcp://host:port` and `unix:///path`.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.hasPrefix("unix:///") ? text.dropFirst(7) : text.dropFirst(5)
            guard !path.isEmpty, !path.hasPrefix("//") else { return nil }
            self = .unix(path: String(path))
        } else if text.hasPrefix("tcp:") || text.hasPrefix("tls:") {
            let rest = text.dropFirst(text.dropFirst(4).hasPrefix("//") ? 6 : 4)
            // The last colon: the others belong to an IPv6 address, which has to be in brackets.
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
    /// The text from which ``init(_:)`` creates the same address.
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
    /// Creates an address from the text of a program.
    ///
    /// - Throws: `CallError` with `.invalidRequest` for text that is not an address.
    init(reading text: String) throws(CallError) {
        guard let address = Address(text) else {
            throw CallError(.invalidRequest, "\(text.debugDescription) is no address of a native server")
        }
        self = address
    }

    /// The transport of connections to this address.
    var medium: ConnectionEnd.Medium {
        switch self {
        case .tcp: .tcp
        case .tls: .tls
        case .unix: .unix
        }
    }

    /// Returns the address with the port that the system chose; without one, the address itself.
    func withPort(_ chosen: Int?) -> Address {
        guard let chosen else { return self }
        return switch self {
        case .tcp(let host, _): .tcp(host: host, port: chosen)
        case .tls(let host, _): .tls(host: host, port: chosen)
        case .unix: self
        }
    }
}
