/// A stack of the member names in all open maps, which detects duplicates when a map ends.
///
/// The names of nested maps follow each other; each map keeps the height of the stack at its beginning.
struct NameLedger {
    private var names: [Range<Int>] = []

    /// The number of names; a map passes the value at its beginning to ``closeMap(from:in:)``.
    var height: Int { names.count }

    /// Adds a name of the innermost map.
    mutating func add(_ name: Range<Int>) { names.append(name) }

    /// Removes the names of the innermost map.
    ///
    /// - Throws: `.duplicateName` if two of them have the same bytes.
    mutating func closeMap(from height: Int, in bytes: Span<UInt8>) throws(PayloadError) {
        // Comparing few names in pairs is faster than sorting them, and its quadratic time is bounded.
        let count = names.count - height
        if count > Self.pairwiseLimit {
            try checkSorted(from: height, in: bytes)
        } else if count > 1 {
            try checkPairs(from: height, in: bytes)
        }
        names.removeLast(count)
    }

    /// The largest number of names that are compared in pairs, which needs no memory.
    private static let pairwiseLimit = 16

    private func checkPairs(from height: Int, in bytes: Span<UInt8>) throws(PayloadError) {
        for second in height + 1..<names.count {
            let name = names[second]
            for first in height..<second where names[first].count == name.count {
                if bytes.extracting(names[first]).hasSameBytes(as: bytes.extracting(name)) {
                    throw duplicate(name, in: bytes)
                }
            }
        }
    }

    /// Compares neighbours after sorting; unlike hashing, no choice of names by an attacker makes this slow.
    private func checkSorted(from height: Int, in bytes: Span<UInt8>) throws(PayloadError) {
        let sorted = names[height...].sorted { isOrdered($0, before: $1, in: bytes) }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.count == next.count {
            if bytes.extracting(one).hasSameBytes(as: bytes.extracting(next)) { throw duplicate(next, in: bytes) }
        }
    }

    /// Returns whether one name sorts before another: the shorter first, then by bytes.
    private func isOrdered(_ one: Range<Int>, before other: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        if one.count != other.count { return one.count < other.count }
        for step in 0..<one.count {
            let (left, right) = (bytes[one.lowerBound + step], bytes[other.lowerBound + step])
            if left != right { return left < right }
        }
        return false
    }

    private func duplicate(_ name: Range<Int>, in bytes: Span<UInt8>) -> PayloadError {
        let shown = name.lowerBound..<name.lowerBound + min(name.count, 60)
        return .duplicate((try? MessagePack.text(at: shown, in: bytes)) ?? "?")
    }
}
