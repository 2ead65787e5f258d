internal import Postern

/// The ids of the entries of one batch so far, to find one that is used twice.
struct BatchIDs {
    private var digests: Set<UInt64> = []
    private var ids: [Range<Int>] = []

    /// Adds the id at a range of the message; none and `null` are the id of nothing, and are always new.
    ///
    /// - Returns: Whether it is new.
    mutating func insert(_ id: Range<Int>, in message: Span<UInt8>) -> Bool {
        let bytes = message.extracting(id)
        let digest = CallTable.digest(bytes)
        guard digest != 0 else { return true }
        if !digests.insert(digest).inserted {
            for known in ids where message.extracting(known).hasSameBytes(as: bytes) { return false }
        }
        ids.append(id)
        return true
    }
}
