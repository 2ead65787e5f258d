/// The address of a proxy, or of a network of proxies, whose connections are not limited and whose statement about the
/// address of the client is believed.
///
/// Every machine with such an address can claim any address, so a network that also contains clients must not be
/// listed.
public struct TrustedProxy: Hashable, Sendable, LosslessStringConvertible {
    /// The text from which the value was created.
    public let description: String
    /// The network; `nil` for Unix sockets.
    private let network: Network?

    /// The first bits that the addresses of a network have in common.
    private struct Network: Hashable {
        let isV4: Bool
        let prefix: UInt128
        /// The number of bits that may differ.
        let hostBits: Int
    }

    /// Creates a value from text; returns `nil` for text in another form.
    ///
    /// - Parameter description: An address such as `10.0.0.5` or `fd00::5`, a network in CIDR notation such as
    ///   `10.0.0.0/8` or `fd00::/8`, or `unix` for every Unix socket. The bits of a network after its prefix must be 0.
    public init?(_ description: String) {
        self.description = description
        if description == "unix" {
            network = nil
            return
        }
        let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first)?.unmapped else { return nil }
        let (bits, width) = address.number
        guard let length = parts.count == 1 ? width : Self.length(parts[1], atMost: width) else { return nil }
        let hostBits = width - length
        // Other bits are a mistake: either the address or the length is not what was meant.
        guard (bits >> hostBits) << hostBits == bits else { return nil }
        network = Network(isV4: width == 32, prefix: bits >> hostBits, hostBits: hostBits)
    }

    /// Returns whether an address is the proxy's, or belongs to the network of proxies.
    package func matches(_ address: PeerAddress) -> Bool {
        switch address {
        case .ip(let address):
            let (bits, width) = address.number
            return network.map { $0.isV4 == (width == 32) && bits >> $0.hostBits == $0.prefix } ?? false
        case .unix: return network == nil
        case .unknown: return false
        }
    }

    private static func length(_ text: Substring, atMost maximum: Int) -> Int? {
        guard text == "0" || text.first != "0", text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { $0 <= maximum ? $0 : nil }
    }
}

extension IPAddress {
    /// The address as a number, and the size of addresses of its family in bits.
    fileprivate var number: (bits: UInt128, width: Int) {
        switch self {
        case .v4(let address): (UInt128(address), 32)
        case .v6(let address): (address, 128)
        }
    }
}
