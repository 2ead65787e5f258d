internal import Postern

/// The ids of the entries of one batch so far, to find one that is used twice.
///
/// Open addressing with linear probing, at most half full. Ids that collide on purpose cost their own batch a comparison
/// with each other, and no more.
struct BatchIDs {
    private var ids: [Range<Int>] = []
    /// Index in `ids`, or -1.
    private var slots: [Int32]

    /// Makes room for the ids of as many entries.
    init(count: Int) {
        ids.reserveCapacity(count)
        slots = Array(repeating: -1, count: 2 << (Int.bitWidth - max(count, 1).leadingZeroBitCount))
    }

    /// Adds the id at a range of the message; none and `null` are the id of nothing, and are always new.
    ///
    /// - Returns: Whether it is new.
    mutating func insert(_ id: Range<Int>, in message: Span<UInt8>) -> Bool {
        let bytes = message.extracting(id)
        let digest = CallTable.digest(bytes)
        guard digest != 0 else { return true }
        var slot = Int(truncatingIfNeeded: digest >> 1) & (slots.count - 1)
        while slots[slot] >= 0 {
            if message.extracting(ids[Int(slots[slot])]).hasSameBytes(as: bytes) { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(truncatingIfNeeded: ids.count)
        ids.append(id)
        return true
    }
}
