internal import Postern

/// The set of names of one object, for finding repeated ones.
///
/// Names are compared with their escapes replaced. Up to 12 are compared one by one, more in a hash table, so that an
/// object with many names does not take quadratic time.
struct JSONNames {
    private static let listLimit = 12
    private var list: [Range<Int>] = []
    private var table: Set<[UInt8]> = []
    private var isTable = false

    /// Inserts the name at a range between two quotes.
    ///
    /// - Returns: Whether the name was not in the set.
    mutating func insert(_ name: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        // Names without escapes are equal if their bytes are, and are compared in place.
        if !isTable, list.count < Self.listLimit, !JSON.hasEscape(bytes.extracting(name)) {
            for seen in list where bytes.extracting(seen).hasSameBytes(as: bytes.extracting(name)) { return false }
            list.append(name)
            return true
        }
        if !isTable { moveToTable(bytes) }
        return table.insert(Self.key(name, bytes)).inserted
    }

    private mutating func moveToTable(_ bytes: Span<UInt8>) {
        isTable = true
        for name in list { table.insert(Self.key(name, bytes)) }
        list = []
    }

    private static func key(_ name: Range<Int>, _ bytes: Span<UInt8>) -> [UInt8] {
        let text = bytes.extracting(name)
        return JSONEscape.decoded(text) ?? [UInt8](copying: text)
    }
}
