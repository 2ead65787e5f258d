extension MessagePack {
    /// Returns the kind of a value: a timestamp is a string, a reference is bytes, and other extensions are rejected.
    package static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind {
        let header = try MessagePackHeader(at: 0, in: value)
        if let kind = header.kind { return kind }
        // The byte before the content is the type byte of an extension.
        if value[header.body - 1] == referenceType { return .bytes }
        guard value[header.body - 1] == timestampType else {
            throw .expected("a value", found: header.phrase(in: value))
        }
        return .string
    }

    /// Reads a Boolean value.
    package static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool {
        let header = try MessagePackHeader(only: value)
        guard header.form == .bool else { throw .expected("a boolean", found: header.phrase(in: value)) }
        return value[header.body] == 0xc3
    }

    /// Reads a signed integer; a float is accepted if it is whole and its magnitude is at most 2^53.
    package static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        let header = try MessagePackHeader(only: value)
        switch header.form {
        case .signed: return signed(header, in: value)
        case .unsigned:
            let bits = value.bigEndian(at: header.body, count: header.count)
            guard let exact = Int64(exactly: bits) else { throw .outOfRange(Int64.self) }
            return exact
        case .float: return try WholeNumber.read(try readDouble(value))
        default: throw .expected("an integer", found: header.phrase(in: value))
        }
    }

    /// Reads an unsigned integer; accepts floats as ``readInt64(_:)`` does.
    package static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64 {
        let header = try MessagePackHeader(only: value)
        switch header.form {
        case .unsigned: return value.bigEndian(at: header.body, count: header.count)
        case .signed:
            let number = signed(header, in: value)
            guard let exact = UInt64(exactly: number) else { throw .outOfRange(UInt64.self) }
            return exact
        case .float: return try WholeNumber.read(try readDouble(value))
        default: throw .expected("an integer", found: header.phrase(in: value))
        }
    }

    /// Reads a number, which may be an integer.
    package static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
        let header = try MessagePackHeader(only: value)
        switch header.form {
        case .float where header.count == 8: return Double(bitPattern: value.bigEndian(at: header.body, count: 8))
        case .float:
            return Double(Float(bitPattern: UInt32(truncatingIfNeeded: value.bigEndian(at: header.body, count: 4))))
        case .unsigned: return Double(value.bigEndian(at: header.body, count: header.count))
        case .signed: return Double(signed(header, in: value))
        default: throw .expected("a number", found: header.phrase(in: value))
        }
    }

    /// Reads a string; a timestamp is converted to RFC 3339 text.
    package static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String {
        let header = try MessagePackHeader(only: value)
        if header.form == .string { return try text(at: header.content, in: value) }
        guard header.form == .extension, value[header.body - 1] == timestampType else {
            throw .expected("a string", found: header.phrase(in: value))
        }
        return try timestamp(at: header, in: value).text()
    }

    /// Reads raw bytes.
    package static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8] {
        let header = try MessagePackHeader(only: value)
        guard header.form == .bytes else {
            throw .expected(PayloadError.bytesPhrase, found: header.phrase(in: value))
        }
        return Array(copying: value.extracting(header.content))
    }

    /// Reads a string from a range of bytes and validates its UTF-8.
    static func text(at range: Range<Int>, in bytes: Span<UInt8>) throws(PayloadError) -> String {
        // Validated before it is copied, because `String(decoding:)` would repair invalid bytes silently.
        do { return String(copying: try UTF8Span(validating: bytes.extracting(range))) } catch {
            throw PayloadError(.malformed, "a string is not valid UTF-8")
        }
    }

    /// Reads the content of a signed integer.
    @inline(__always)
    static func signed(_ header: MessagePackHeader, in value: Span<UInt8>) -> Int64 {
        // Moved to the top and back, so that the arithmetic shift extends the sign.
        let shift = 64 - 8 * header.count
        return Int64(bitPattern: value.bigEndian(at: header.body, count: header.count) << UInt64(shift)) >> Int64(shift)
    }
}

extension MessagePack {
    /// Returns the end of the value at an offset, without decoding the value.
    ///
    /// A loop rather than a recursion, so that nesting uses no stack. Names and nesting are not validated.
    ///
    /// - Throws: `.malformed` if the bytes end before the value does, or contain the byte 0xc1.
    package static func end(ofValueAt offset: Int, in bytes: Span<UInt8>) throws(PayloadError) -> Int {
        var position = offset
        var remaining = 1
        repeat {
            let header = try MessagePackHeader(at: position, in: bytes)
            position = header.next
            remaining += header.children - 1
            // Each value takes a byte or more, so a false count is rejected before it is iterated.
            guard remaining <= bytes.count - position else { throw .truncated }
        } while remaining > 0
        return position
    }

    /// Calls a closure with the range of each element of an array, in order.
    package static func forEachElement(
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

    /// Calls a closure with the name and the range of the value of each member of a map, in order.
    ///
    /// A duplicate name is reported after the last member, when the closure has been called for both.
    package static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        let header = try MessagePackHeader(at: 0, in: map)
        guard header.form == .map else { throw .expected("an object", found: header.phrase(in: map)) }
        var ledger = NameLedger()
        var position = header.body
        for _ in 0..<header.count {
            let name = try nameHeader(at: position, in: map)
            // Only the range is stored; the bytes are compared when the map ends.
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

extension MessagePack {
    /// The type byte of timestamps: extension -1.
    static let timestampType: UInt8 = 0xff

    /// Reads a timestamp.
    package static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let header = try MessagePackHeader(only: value)
        guard header.form == .extension, value[header.body - 1] == timestampType else {
            throw .expected(Timestamp.phrase, found: header.phrase(in: value))
        }
        return try timestamp(at: header, in: value)
    }

    /// Reads the content of a timestamp in its form of 4, 8 or 12 bytes.
    static func timestamp(at header: MessagePackHeader, in bytes: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let (seconds, nanoseconds): (Int64, UInt64)
        switch header.count {
        case 4: (seconds, nanoseconds) = (Int64(bytes.bigEndian(at: header.body, count: 4)), 0)
        case 8:
            // 30 bits of nanoseconds, then 34 bits of seconds.
            let bits = bytes.bigEndian(at: header.body, count: 8)
            (seconds, nanoseconds) = (Int64(bits & (1 << 34 - 1)), bits >> 34)
        case 12:
            nanoseconds = bytes.bigEndian(at: header.body, count: 4)
            seconds = Int64(bitPattern: bytes.bigEndian(at: header.body + 4, count: 8))
        default: throw PayloadError(.malformed, "a timestamp has 4, 8 or 12 bytes, not \(header.count)")
        }
        guard nanoseconds < 1_000_000_000 else { throw .outOfRange(nanoseconds, for: "the nanoseconds of a second") }
        return Timestamp(seconds: seconds, nanoseconds: UInt32(truncatingIfNeeded: nanoseconds))
    }
}
