/// The origin of a page: scheme, host and port, as `Origin` names it (RFC 6454 section 6.2).
struct WebOrigin: Hashable, Sendable {
    let scheme: String
    /// Without the usual port of the scheme, as browsers write it.
    let authority: Authority

    /// Reads a serialized origin; `nil` for `null`, and for anything with a path, a query or a user name.
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
        let isUsual = authority.port != nil && authority.port == Self.usualPort(of: scheme)
        self.authority = isUsual ? Authority(authority.host, port: nil) : authority
    }

    /// Whether a request with this `Host` comes from a page of the same authority, in either scheme: a proxy in front
    /// may end TLS.
    func isServed(by host: Authority) -> Bool {
        guard authority.host == host.host, let usual = Self.usualPort(of: scheme) else { return false }
        return (authority.port ?? usual) == (host.port ?? usual)
    }

    static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, first >= 0x61 && first <= 0x7A else { return false }
        return text.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0.isDigit || [0x2B, 0x2D, 0x2E].contains($0) }
    }

    private static func usualPort(of scheme: String) -> UInt16? {
        switch scheme {
        case "http": 80
        case "https": 443
        default: nil
        }
    }
}
