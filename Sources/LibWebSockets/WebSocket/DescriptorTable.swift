import PosternAdmission

/// The tables of a libwebsockets context, which have an entry for each descriptor that may be open.
///
/// When libwebsockets creates a context it allocates two tables with an entry for each descriptor below the limit of
/// the process, 16 bytes together. Where the limit is above ten million, as in many containers, the tables have 2,560
/// entries, and connections with a higher descriptor are closed without a response.
enum DescriptorTable {
    /// The smallest table size, where the limit allows it: other descriptors of the program have numbers of the same
    /// range, so a table for the connections alone could be too small.
    private static let smallest = 1 << 16

    /// Returns the table size that a context needs where all servers of the process have `count` connections, at most
    /// about a million.
    static func size(forConnections count: Int) -> Int {
        let needed = max(DescriptorLimit.needed(forConnections: count), smallest)
        // A power of two, so that most servers find the context of an earlier one with a table of the same size.
        return min(DescriptorLimit.current, 1 << (Int.bitWidth - (needed - 1).leadingZeroBitCount))
    }

    /// Calls `make`, which creates a context, with the limit lowered to a table size.
    ///
    /// libwebsockets has no option for the size of its tables. Contexts are created one at a time, since libwebsockets
    /// changes global state meanwhile.
    ///
    /// - Returns: The result of `make`; `nil` if the limit cannot be changed.
    static func with<Context>(size: Int, _ make: () -> Context) -> Context? {
        DescriptorLimit.withLimit(of: size, make)
    }
}
