/// How many of a server's connections one address may have, and which addresses are those of proxies.
///
/// Over IPv6 the addresses of a /64 network, which one machine may choose from freely, count as one. Connections over
/// loopback, Unix sockets and from ``trustedProxies`` are not limited.
public struct AddressLimits: Sendable {
    /// The most connections of one address; `nil` for half of all.
    public var connectionsPerAddress: Int?
    /// Whether addresses of the loopback interface are limited as others are.
    public var limitsLoopback = false
    /// The proxies in front of the server.
    ///
    /// Of HTTP requests that they pass on, the address of the client is read from ``forwardedField``. It appears in
    /// logs, and ``connectionsPerAddress`` is the limit of its WebSockets and requests in flight together.
    public var trustedProxies: [TrustedProxy] = []
    /// The header field in which the trusted proxies state the address of the client.
    public var forwardedField = ForwardedField.xForwardedFor

    /// Creates limits with the default values.
    public init() {}

    /// A header field with the addresses that a request has passed.
    ///
    /// Only the field that the proxies write is read. The other one may have been written by the client.
    public enum ForwardedField: Hashable, Sendable, CaseIterable, LosslessStringConvertible {
        /// `X-Forwarded-For`, which most proxies write.
        case xForwardedFor
        /// `Forwarded` (RFC 7239).
        case forwarded

        /// Creates a value from the name of a field, regardless of its case; `nil` for other text.
        public init?(_ description: String) {
            guard let field = Self.allCases.first(where: { $0.description == description.lowercased() }) else {
                return nil
            }
            self = field
        }

        /// The name of the field in lower case.
        public var description: String {
            switch self {
            case .xForwardedFor: "x-forwarded-for"
            case .forwarded: "forwarded"
            }
        }
    }

    /// Whether connections from an address are limited.
    package func limits(_ address: PeerAddress) -> Bool {
        guard case .ip(let ip) = address else { return false }
        if ip.isLoopback, !limitsLoopback { return false }
        return !isProxy(address)
    }

    /// Whether an address is that of a trusted proxy.
    package func isProxy(_ address: PeerAddress) -> Bool {
        // Without the check for an empty list a closure would be called for each connection.
        !trustedProxies.isEmpty && trustedProxies.contains { $0.matches(address) }
    }
}
