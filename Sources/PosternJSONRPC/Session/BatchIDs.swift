internal import Postern

/// The ids of the entries of one batch so far, to find one that is used twice.
///
/// Open addressing with linear probing, at most half full. Ids that collide on purpose cost their own batch a comparison
/// with each other, and no more. Most clients count their ids up: then nothing is kept, as each is larger than all before.
struct BatchIDs {
    private var ids: [Range<Int>] = []
    /// Index in `ids`, or -1; empty while all ids are known to be different.
    private var slots: [Int32] = []

    /// Looks over the ids of all entries, and makes room for them unless they are certainly different.
    init(of entries: [Envelope], in message: Span<UInt8>) {
        if Self.areAscending(entries, message) { return }
        let count = entries.count
        ids.reserveCapacity(count)
        slots = Array(repeating: -1, count: 2 << (Int.bitWidth - max(count, 1).leadingZeroBitCount))
    }

    /// Adds the id at a range of the message; none and `null` are the id of nothing, and are always new.
    ///
    /// - Returns: Whether it is new.
    @inline(__always)
    mutating func insert(_ id: Range<Int>, in message: Span<UInt8>) -> Bool {
        slots.isEmpty || insertSlowly(id, in: message)
    }

    @inline(never)
    private mutating func insertSlowly(_ id: Range<Int>, in message: Span<UInt8>) -> Bool {
        let bytes = message.extracting(id)
        let digest = RequestTable.digest(bytes)
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

    /// Whether the ids are short and each is larger than the one before, read as a number of its bytes; for integers that
    /// are not negative this is the order of their values.
    private static func areAscending(_ entries: [Envelope], _ message: Span<UInt8>) -> Bool {
        var last: UInt64 = 0
        for index in entries.indices {
            let id = entries[index].id
            if id.isEmpty { continue }
            guard id.count <= 8, message.count &- id.lowerBound >= 8 else { return false }
            let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* id.count)
            let number = message.word(at: id.lowerBound).byteSwapped &>> unused
            guard number > last else { return false }
            last = number
        }
        return true
    }
}
