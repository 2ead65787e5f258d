extension MessagePack {
    /// Finds the end of the value that begins at an offset, without reading it.
    ///
    /// Takes no stack, however deep the value is nested; names and nesting are not checked.
    ///
    /// - Throws: `.malformed` when the bytes end before the value does, or hold the byte 0xc1.
    public static func end(ofValueAt offset: Int, in bytes: Span<UInt8>) throws(PayloadError) -> Int {
        var position = offset
        var remaining = 1
        repeat {
            let header = try MessagePackHeader(at: position, in: bytes)
            position = header.next
            remaining += header.children - 1
            guard remaining <= bytes.count - position else { throw .truncated }
        } while remaining > 0
        return position
    }

    /// Calls `body` with the range of each element of an array, in order.
    public static func forEachElement(
        of array: Span<UInt8>,
        _ body: (Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        let header = try MessagePackHeader(at: 0, in: array)
        guard header.form == .array else { throw .expected("an array", found: header.phrase(in: array)) }
        var position = header.body
        for _ in 0..<header.count {
            let end = try end(ofValueAt: position, in: array)
            try body(position..<end)
            position = end
        }
        guard position == array.count else { throw .trailing }
    }

    /// Calls `body` with the name and the range of the value of each member of a map, in order.
    ///
    /// A name that is given twice is found after the last member at the latest.
    public static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        let header = try MessagePackHeader(at: 0, in: map)
        guard header.form == .map else { throw .expected("an object", found: header.phrase(in: map)) }
        var ledger = NameLedger()
        var position = header.body
        for _ in 0..<header.count {
            let name = try nameHeader(at: position, in: map)
            ledger.add(name.content)
            let end = try end(ofValueAt: name.next, in: map)
            try body(try text(at: name.content, in: map), name.next..<end)
            position = end
        }
        guard position == map.count else { throw .trailing }
        try ledger.closeMap(from: 0, in: map)
    }

    /// Reads the header of a member's name.
    @inline(__always)
    static func nameHeader(at offset: Int, in bytes: Span<UInt8>) throws(PayloadError) -> MessagePackHeader {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .string else { throw .expected("a string as name", found: header.phrase(in: bytes)) }
        return header
    }
}
