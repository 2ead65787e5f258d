/// Where a native server listens: a TCP host and port, or the path of a Unix socket.
public enum Address: Hashable, Sendable {
    /// A host name or an IP address, and a port; port 0 lets the system choose one.
    case tcp(host: String, port: Int)
    /// The path of a Unix domain socket, at most 107 bytes on Linux.
    case unix(path: String)

    /// Reads `tcp:host:port`, `tcp:[IPv6 address]:port` or `unix:/path`; `nil` for anything else.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { return nil }
            self = .unix(path: path)
        } else if text.hasPrefix("tcp:") {
            let rest = text.dropFirst(4)
            guard let colon = rest.lastIndex(of: ":") else { return nil }
            guard let port = UInt16(rest[rest.index(after: colon)...]) else { return nil }
            var host = rest[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                return nil
            }
            guard !host.isEmpty else { return nil }
            self = .tcp(host: String(host), port: Int(port))
        } else {
            return nil
        }
    }
}

extension Address: CustomStringConvertible {
    /// The text that reads back to the same address.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
