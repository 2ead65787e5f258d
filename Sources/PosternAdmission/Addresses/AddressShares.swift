/// The number of places that each address occupies, with a limit.
///
/// A pure table. It has an entry for each address with at least one place, so its size is bounded by the number of
/// places, which the caller limits.
package struct AddressShares: Sendable {
    /// The addresses that share a limit: one IPv4 address, or a /64 network of IPv6.
    package struct Bucket: Hashable, Sendable {
        /// Whether the bucket is an IPv4 address.
        package let isV4: Bool
        /// The IPv4 address, or the first 64 bits of the IPv6 addresses.
        package let bits: UInt64

        /// Creates the bucket of an address.
        package init(_ address: IPAddress) {
            switch address.unmapped {
            case .v4(let address): (isV4, bits) = (true, UInt64(address))
            case .v6(let address): (isV4, bits) = (false, UInt64(truncatingIfNeeded: address >> 64))
            }
        }
    }

    private var counts: [Bucket: Int] = [:]
    /// The capacity above which an empty table is released.
    private static let keptCapacity = 1_024

    /// Creates an empty table.
    package init() {}

    /// The number of buckets with at least one place.
    package var count: Int { counts.count }

    /// Takes a place.
    ///
    /// - Returns: `false` if the bucket has as many as it may have.
    package mutating func take(_ bucket: Bucket, atMost limit: Int) -> Bool {
        let taken = counts[bucket, default: 0]
        guard taken < limit else { return false }
        counts[bucket] = taken + 1
        return true
    }

    /// Returns a place that was taken.
    package mutating func release(_ bucket: Bucket) {
        guard let taken = counts[bucket] else { return }
        counts[bucket] = taken > 1 ? taken - 1 : nil
        if counts.isEmpty, counts.capacity > Self.keptCapacity { counts = [:] }
    }
}
