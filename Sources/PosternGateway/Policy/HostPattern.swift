/// A pattern for the hosts that clients may use in `Host`: one host, or all its sub-domains.
public struct HostPattern: Hashable, Sendable, CustomStringConvertible {
    /// The pattern in lower case.
    public let description: String
    private let authority: Authority
    private let coversSubdomains: Bool

    /// Creates a pattern from a text.
    ///
    /// - Parameter text: `api.example` for any port; `api.example:8080` for that port only; an address; or
    ///   `*.app.example` for every sub-domain, but not the domain itself. Case is ignored.
    /// - Throws: ``PatternError`` for any other text.
    public init(_ text: String) throws(PatternError) {
        guard !text.contains("://") else {
            throw PatternError(text, "is an origin; a host is named without a scheme, as in api.example")
        }
        try self.init(authority: text[...], of: text, example: "api.example")
    }

    /// Creates a pattern from the authority in a text.
    ///
    /// - Parameters:
    ///   - part: The authority.
    ///   - text: The whole text, for error messages.
    ///   - example: A valid text, for error messages.
    /// - Throws: ``PatternError`` for an invalid authority.
    init(authority part: Substring, of text: String, example: String) throws(PatternError) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw PatternError(text, "is not ASCII; write the name as browsers send it, beginning with xn--")
        }
        coversSubdomains = part.hasPrefix("*.")
        let name = coversSubdomains ? part.dropFirst(2) : part
        guard !name.contains("*") else {
            throw PatternError(text, "has a * in an invalid place; it means all sub-domains, as in *.app.example")
        }
        guard !name.contains(where: { "/?#@".contains($0) }) else {
            throw PatternError(text, "has more than a host and a port, as in \(example)")
        }
        guard let authority = Authority(name), !name.hasSuffix(":") else {
            throw PatternError(text, "is no name, IPv4 address or IPv6 address in brackets, as in \(example)")
        }
        if coversSubdomains, case .address = authority.host {
            throw PatternError(text, "asks for sub-domains of an address, which has none")
        }
        self.authority = authority
        description = part.lowercased()
    }

    /// Returns whether a `Host` matches; one without a port matches the default ports 80 and 443.
    func matches(_ host: Authority) -> Bool {
        guard matches(host.host) else { return false }
        guard let port = authority.port else { return true }
        return host.port.map { $0 == port } ?? [80, 443].contains(port)
    }

    /// Returns whether an origin matches, including its port.
    func matches(_ origin: WebOrigin) -> Bool {
        matches(origin.authority.host)
            && WebOrigin(scheme: origin.scheme, authority).authority.port == origin.authority.port
    }

    private func matches(_ host: Authority.Host) -> Bool {
        guard coversSubdomains else { return host == authority.host }
        guard case .name(let name) = host, case .name(let parent) = authority.host else { return false }
        return name.hasSuffix("." + parent)
    }
}
