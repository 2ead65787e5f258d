internal import Postern

/// The set of ids used so far in one batch, for finding duplicates.
///
/// A hash table with open addressing and linear probing, at most half full. Ids chosen to collide slow down only their
/// own batch. If the ids of a batch ascend, as those of most clients do, they differ and nothing is stored.
struct BatchIDs {
    private var ids: [Range<Int>] = []
    /// Indices into `ids`, -1 for a free slot; empty if the ids of the batch ascend.
    private var slots: [Int32] = []

    /// Creates an empty set, with room for the ids of all entries unless they ascend.
    init(of entries: [Envelope], in message: Span<UInt8>) {
        if Self.areAscending(entries, message) { return }
        let count = entries.count
        ids.reserveCapacity(count)
        // The power of two above the count, doubled: probing ends at a free slot, and a mask replaces the remainder.
        slots = Array(repeating: -1, count: 2 << (Int.bitWidth - max(count, 1).leadingZeroBitCount))
    }

    /// Inserts the id at a range of the message.
    ///
    /// - Returns: Whether the id was not in the set. An empty id and `null` identify no request, so they never are.
    @inline(__always)
    mutating func insert(_ id: Range<Int>, in message: Span<UInt8>) -> Bool {
        slots.isEmpty || insertSlowly(id, in: message)
    }

    // Out of line, so that the common case is inlined without it.
    @inline(never)
    private mutating func insertSlowly(_ id: Range<Int>, in message: Span<UInt8>) -> Bool {
        let bytes = message.extracting(id)
        let digest = RequestTable.digest(bytes)
        guard digest != 0 else { return true }
        // The lowest bit of a digest is always set and distinguishes nothing.
        var slot = Int(truncatingIfNeeded: digest >> 1) & (slots.count - 1)
        while slots[slot] >= 0 {
            if message.extracting(ids[Int(slots[slot])]).hasSameBytes(as: bytes) { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(truncatingIfNeeded: ids.count)
        ids.append(id)
        return true
    }

    /// Whether the ids have at most eight bytes and ascend, compared as big-endian numbers of their bytes.
    ///
    /// For non-negative integers without leading zeros, this is the order of their values.
    private static func areAscending(_ entries: [Envelope], _ message: Span<UInt8>) -> Bool {
        var last: UInt64 = 0
        for index in entries.indices {
            let id = entries[index].id
            if id.isEmpty { continue }
            // `word(at:)` reads eight bytes, also those after a shorter id.
            guard id.count <= 8, message.count &- id.lowerBound >= 8 else { return false }
            let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* id.count)
            let number = message.word(at: id.lowerBound).byteSwapped &>> unused
            guard number > last else { return false }
            last = number
        }
        return true
    }
}
