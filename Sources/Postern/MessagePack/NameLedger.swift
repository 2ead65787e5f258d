/// The names seen in the maps that are being read, to find one that is given twice.
///
/// Maps nest, so names stand on a stack: a map remembers how high it was when it began.
struct NameLedger {
    private var names: [Range<Int>] = []

    /// The height to hand to ``closeMap(from:in:)`` later.
    var height: Int { names.count }

    /// Notes one name of the innermost map.
    mutating func add(_ name: Range<Int>) { names.append(name) }

    /// Takes the names of the innermost map off.
    ///
    /// - Throws: `.duplicateName` when two of them are equal, byte for byte.
    mutating func closeMap(from height: Int, in bytes: Span<UInt8>) throws(PayloadError) {
        let count = names.count - height
        if count > Self.pairwiseLimit {
            try checkSorted(from: height, in: bytes)
        } else if count > 1 {
            try checkPairs(from: height, in: bytes)
        }
        names.removeLast(count)
    }

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

    /// Sorting puts equal names side by side, and no choice of names makes it slow.
    private func checkSorted(from height: Int, in bytes: Span<UInt8>) throws(PayloadError) {
        let sorted = names[height...].sorted { isOrdered($0, before: $1, in: bytes) }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.count == next.count {
            if bytes.extracting(one).hasSameBytes(as: bytes.extracting(next)) { throw duplicate(next, in: bytes) }
        }
    }

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
