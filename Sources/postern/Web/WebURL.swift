import Postern

/// The URL of a JSON door.
struct WebURL: Hashable, Sendable {
    /// The protocol, which determines how calls are sent.
    enum Scheme: String, CaseIterable, Sendable {
        case ws, wss, http, https

        /// Whether the connection is encrypted by TLS.
        var isSecure: Bool { self == .wss || self == .https }
        /// Whether calls are sent over a WebSocket, instead of by POST.
        var isWebSocket: Bool { self == .ws || self == .wss }
        /// The port of a URL without one.
        var usualPort: Int { isSecure ? 443 : 80 }
    }

    let scheme: Scheme
    let host: String
    let port: Int
    let path: String

    init(scheme: Scheme, host: String, port: Int, path: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
    }

    /// Parses `scheme://host:port/path`, whose default path is `/rpc`.
    init?(_ text: String) {
        guard let scheme = Scheme.allCases.first(where: { text.hasPrefix("\($0.rawValue)://") }) else { return nil }
        let rest = text.dropFirst(scheme.rawValue.count + 3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        guard let (host, port) = Self.split(authority, scheme.usualPort) else { return nil }
        // A path with spaces or control characters could inject lines into the request.
        guard path.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7f }) else { return nil }
        let isEmpty = path.isEmpty || path == "/"
        self.init(scheme: scheme, host: host, port: port, path: isEmpty ? "/rpc" : String(path))
    }

    /// Returns why text that begins like a URL is none, as a clause; `nil` for any other text.
    static func fault(of text: String) -> String? {
        guard Scheme.allCases.contains(where: { text.hasPrefix("\($0.rawValue)://") }) else { return nil }
        let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        if authority.contains("@") {
            return "a user name in a URL is not supported; --header sends the field Authorization"
        }
        let port = authority.split(separator: ":", omittingEmptySubsequences: false).last ?? ""
        guard authority.contains(":"), !authority.hasSuffix("]"), UInt16(port) == nil else { return nil }
        return "its port is not within 0 to 65535"
    }

    /// The value of the header field `Host`: without the port that is usual for the scheme, as browsers send it.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.usualPort ? name : "\(name):\(port)"
    }

    /// The URL of a WebSocket at the same server.
    var webSocket: WebURL {
        WebURL(scheme: scheme.isSecure ? .wss : .ws, host: host, port: port, path: path)
    }

    private static func split(_ authority: Substring, _ usualPort: Int) -> (host: String, port: Int)? {
        var host = authority
        var port = UInt16(usualPort)
        // The last colon of `[::1]` is part of the host.
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]) else { return nil }
            host = authority[..<colon]
            port = number
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7f }) else { return nil }
        return (String(host), Int(port))
    }
}

extension WebURL: CustomStringConvertible {
    var description: String { "\(scheme.rawValue)://\(authority)\(path)" }
}
