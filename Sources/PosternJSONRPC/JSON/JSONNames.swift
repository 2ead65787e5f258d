internal import Postern

/// The set of names of one object, for finding repeated ones.
///
/// Names are compared with their escapes replaced. Up to 12 are compared one by one, more in a hash table, so that an
/// object with many names does not take quadratic time.
struct JSONNames {
    private static let listLimit = 12
    /// The names in the order of insertion.
    private var names: [Range<Int>] = []
    /// A hash table of the names, empty while they are compared one by one.
    ///
    /// It has open addressing: a power of two slots, at most half of them in use.
    private var slots: [Slot] = []

    /// A place for a name, which is kept where it is: a copy of each would take most of the time of a large object.
    private struct Slot {
        var hash: UInt32 = 0
        /// The index of the name plus 1; 0 in an empty slot.
        var number: UInt32 = 0
    }

    /// Inserts the name at a range between two quotes.
    ///
    /// - Returns: Whether the name was not in the set.
    mutating func insert(_ name: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        // Names without escapes are equal if their bytes are, and are compared in place.
        if slots.isEmpty, names.count < Self.listLimit, !JSON.hasEscape(bytes.extracting(name)) {
            for seen in names where bytes.extracting(seen).hasSameBytes(as: bytes.extracting(name)) { return false }
            names.append(name)
            return true
        }
        if 2 * names.count >= slots.count { grow(bytes) }
        let hash = Self.hash(name, bytes)
        var place = firstPlace(of: hash)
        while slots[place].number > 0 {
            let seen = names[Int(slots[place].number) - 1]
            if slots[place].hash == hash, Self.areEqual(seen, name, bytes) { return false }
            place = placeAfter(place)
        }
        names.append(name)
        slots[place] = Slot(hash: hash, number: UInt32(names.count))
        return true
    }

    private mutating func grow(_ bytes: Span<UInt8>) {
        let count = max(64, 4 * slots.count)
        var filled = slots.filter { $0.number > 0 }
        if filled.isEmpty {
            filled = names.indices.map { Slot(hash: Self.hash(names[$0], bytes), number: UInt32($0 + 1)) }
        }
        slots = Array(repeating: Slot(), count: count)
        for slot in filled {
            var place = firstPlace(of: slot.hash)
            while slots[place].number > 0 { place = placeAfter(place) }
            slots[place] = slot
        }
    }

    private func firstPlace(of hash: UInt32) -> Int { Int(hash) & (slots.count - 1) }

    private func placeAfter(_ place: Int) -> Int { (place + 1) & (slots.count - 1) }

    /// Returns the hash of a name, which a client cannot predict: it would send names with equal hashes.
    private static func hash(_ name: Range<Int>, _ bytes: Span<UInt8>) -> UInt32 {
        let text = bytes.extracting(name)
        return UInt32(truncatingIfNeeded: unescaped(text).map { hash($0.span) } ?? hash(text))
    }

    private static func areEqual(_ one: Range<Int>, _ other: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        let (one, other) = (bytes.extracting(one), bytes.extracting(other))
        return (unescaped(one) ?? [UInt8](copying: one)) == (unescaped(other) ?? [UInt8](copying: other))
    }

    /// Returns a name with its escapes replaced; `nil` if it has none, or a malformed one.
    private static func unescaped(_ text: Span<UInt8>) -> [UInt8]? {
        JSON.hasEscape(text) ? JSONEscape.decoded(text) : nil
    }

    private static func hash(_ text: Span<UInt8>) -> Int {
        var hasher = Hasher()
        var word: UInt64 = 0
        for index in text.indices {
            word = word << 8 | UInt64(text[index])
            if index & 7 == 7 { hasher.combine(word) }
        }
        hasher.combine(word)
        return hasher.finalize()
    }
}
