/// Names that clients may use in `Host`: one host, or all sub-domains of one.
public struct HostPattern: Hashable, Sendable, CustomStringConvertible {
    /// The pattern in the form in which it is compared.
    public let description: String
    private let authority: Authority
    private let coversSubdomains: Bool

    /// Reads a pattern.
    ///
    /// - Parameter text: `api.example`, at any port; `api.example:8080`, at that port only; an address; or
    ///   `*.app.example`, every name below that one, but not the name itself. Upper case means the same as lower case.
    /// - Throws: ``PatternError`` for anything else.
    public init(_ text: String) throws(PatternError) {
        guard !text.contains("://") else {
            throw PatternError(text, "is an origin; a host is named without a scheme, as in api.example")
        }
        try self.init(authority: text[...], of: text, example: "api.example")
    }

    /// Reads a pattern that is all of a text, or a part of it.
    init(authority part: Substring, of text: String, example: String) throws(PatternError) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw PatternError(text, "is not ASCII; write the name as browsers send it, beginning with xn--")
        }
        coversSubdomains = part.hasPrefix("*.")
        let name = coversSubdomains ? part.dropFirst(2) : part
        guard !name.contains("*") else {
            throw PatternError(text, "has a * where none can be; it stands for sub-domains only, as in *.app.example")
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

    /// Whether a `Host` may be used; one without a port uses a usual one.
    func matches(_ host: Authority) -> Bool {
        guard matches(host.host) else { return false }
        guard let port = authority.port else { return true }
        return host.port.map { $0 == port } ?? [80, 443].contains(port)
    }

    /// Whether an origin of this scheme has an authority of the pattern, port included.
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
