/// The address from which a connection was made.
package enum PeerAddress: Hashable, Sendable {
    case ip(IPAddress)
    /// A process of the same machine, over a Unix socket.
    case unix
    /// The connection had ended before its address was read.
    case unknown

    /// Parses an address as the system writes it; `unix` for a Unix socket.
    ///
    /// An IPv4-mapped IPv6 address becomes an IPv4 address, and the zone of an IPv6 address is ignored.
    package init(_ text: String) {
        if text == "unix" {
            self = .unix
        } else if let address = IPAddress(text.prefix { $0 != "%" }) {
            self = .ip(address.unmapped)
        } else {
            self = .unknown
        }
    }
}
