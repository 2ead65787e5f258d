/// The origin of a page, as in `Origin`: scheme, host and port (RFC 6454 section 6.2).
struct WebOrigin: Hashable, Sendable {
    let scheme: String
    /// The host and the port, which is `nil` if it is the default port of the scheme.
    let authority: Authority

    /// Parses a serialized origin; `nil` for `null`, and for texts with a path, a query or a user name.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://"), let authority = Authority(text[separator.upperBound...]),
            !text.hasSuffix(":")
        else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard Self.isScheme(scheme) else { return nil }
        self.init(scheme: scheme, authority)
    }

    init(scheme: String, _ authority: Authority) {
        self.scheme = scheme
        let isDefault = authority.port != nil && authority.port == Self.defaultPort(of: scheme)
        self.authority = isDefault ? Authority(authority.host, port: nil) : authority
    }

    /// Returns whether the page has the authority of a `Host`, regardless of the scheme: a proxy may terminate TLS.
    func isServed(by host: Authority) -> Bool {
        guard authority.host == host.host, let defaultPort = Self.defaultPort(of: scheme) else { return false }
        return (authority.port ?? defaultPort) == (host.port ?? defaultPort)
    }

    static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, first >= 0x61 && first <= 0x7A else { return false }
        return text.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0.isDigit || [0x2B, 0x2D, 0x2E].contains($0) }
    }

    private static func defaultPort(of scheme: String) -> UInt16? {
        switch scheme {
        case "http": 80
        case "https": 443
        default: nil
        }
    }
}
