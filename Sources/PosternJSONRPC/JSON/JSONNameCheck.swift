internal import Postern

/// A search for an object with a repeated name inside a value.
///
/// Names are compared with their escapes replaced, as by ``JSONNames``. The names of all open objects share one list,
/// used as a stack, so that small objects need no allocation.
struct JSONNameCheck {
    /// The number of names that are compared one by one; larger objects use a hash table.
    private static let listLimit = 12
    /// The names of all open objects, the innermost last.
    private var names: [Range<Int>] = []
    /// The first repeated name that was found.
    private(set) var repeated: Range<Int>?

    /// Returns the first repeated name of an object inside a value.
    ///
    /// - Parameters:
    ///   - value: A value that a scanner has accepted: the search is recursive, and the scanner has limited the depth.
    ///   - includesItself: Whether the names of the value itself are compared too. Those of arguments are not, since
    ///     `locateArguments` compares them.
    /// - Returns: The range of the name between its quotes, or `nil`.
    static func repeatedName(in value: Span<UInt8>, includesItself: Bool = false) -> Range<Int>? {
        var check = JSONNameCheck()
        check.names.reserveCapacity(16)
        _ = try? check.look(value, from: value.afterWhitespace(from: 0), isChecked: includesItself)
        return check.repeated
    }

    /// Searches the value at an offset.
    ///
    /// - Returns: The offset after the value.
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
        // Pops the names of this object; those of the objects around it stay.
        names.removeLast(names.count - height)
        return walk.end
    }

    /// Adds a name of the innermost object; many names, and names with escapes, are moved to a hash table.
    ///
    /// - Returns: Whether the object has the name already.
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
