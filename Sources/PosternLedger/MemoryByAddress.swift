/// The number of bytes that the connections of each address hold.
///
/// A pure table. It has an entry for each address that holds bytes, so its size is bounded by the number of holders.
struct MemoryByAddress {
    private var amounts: [MemoryAddress: Int] = [:]

    /// The number of addresses that hold bytes.
    var count: Int { amounts.count }

    /// Returns the number of bytes of an address.
    subscript(address: MemoryAddress) -> Int { amounts[address, default: 0] }

    /// Adds bytes to those of an address, or subtracts them.
    mutating func add(_ difference: Int, to address: MemoryAddress) {
        let bytes = self[address] + difference
        assert(bytes >= 0, "more released than charged for an address")
        amounts[address] = bytes > 0 ? bytes : nil
    }
}

/// The addresses that share one budget: one IPv4 address, or a /64 network of IPv6.
///
/// The ledger only compares them. `PosternAdmission` parses the addresses, and knows which ones are not limited.
package struct MemoryAddress: Hashable, Sendable {
    private let number: UInt64
    private let isV4: Bool

    /// Creates a key from an IPv4 address, or from the first 64 bits of an IPv6 address.
    package init(_ number: UInt64, isV4: Bool) {
        self.number = number
        self.isV4 = isV4
    }
}
