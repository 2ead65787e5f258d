internal import Postern

/// Looks for an object that has one name twice, inside arguments whose own names are looked at elsewhere.
///
/// Names are compared after their escapes are replaced, as by ``JSONNames``. The names of all open objects share one
/// list, so that many small objects cost little.
struct JSONNameCheck {
    private static let listLimit = 12
    private var names: [Range<Int>] = []
    private(set) var repeated: Range<Int>?

    /// Finds the first name that an object inside a value has twice.
    ///
    /// - Parameters:
    ///   - value: A value that a scanner has accepted, so that it is not nested deeper than the limit.
    ///   - includesItself: Whether the names of the value itself are compared.
    /// - Returns: Where the name is, between its quotes; `nil` for none.
    static func repeatedName(in value: Span<UInt8>, includesItself: Bool = false) -> Range<Int>? {
        var check = JSONNameCheck()
        check.names.reserveCapacity(16)
        _ = try? check.look(value, from: value.afterWhitespace(from: 0), isChecked: includesItself)
        return check.repeated
    }

    /// - Returns: The offset behind the value.
    private mutating func look(
        _ bytes: Span<UInt8>,
        from start: Int,
        isChecked: Bool
    ) throws(PayloadError) -> Int {
        guard start < bytes.count, bytes[start] == Byte.openBracket || bytes[start] == Byte.openBrace else {
            return try JSONWalker.endOfValue(bytes, from: start)
        }
        var walk = JSONContainerWalk(bytes, from: start)
        guard bytes[start] == Byte.openBrace else {
            while let element = try walk.nextStart(bytes) {
                walk.resume(at: try look(bytes, from: element, isChecked: true))
            }
            return walk.end
        }
        let height = names.count
        var table: JSONNames?
        while let name = try walk.nextName(bytes) {
            if isChecked, isRepeated(name, above: height, &table, bytes) { repeated = repeated ?? name }
            walk.resume(at: try look(bytes, from: walk.end, isChecked: true))
        }
        names.removeLast(names.count - height)
        return walk.end
    }

    /// Takes a name of the innermost object; moves all of them into a table when they are many, or hold escapes.
    private mutating func isRepeated(
        _ name: Range<Int>,
        above height: Int,
        _ table: inout JSONNames?,
        _ bytes: Span<UInt8>
    ) -> Bool {
        if table == nil, names.count - height < Self.listLimit, !JSON.hasEscape(bytes.extracting(name)) {
            for index in height..<names.count {
                if bytes.extracting(names[index]).hasSameBytes(as: bytes.extracting(name)) { return true }
            }
            names.append(name)
            return false
        }
        var known = table.take() ?? JSONNames()
        for name in names[height...] { _ = known.insert(name, in: bytes) }
        names.removeLast(names.count - height)
        let isNew = known.insert(name, in: bytes)
        table = known
        return !isNew
    }
}
