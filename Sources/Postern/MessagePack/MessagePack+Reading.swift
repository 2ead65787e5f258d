extension MessagePack {
    /// Tells what the value is; a timestamp is a string, a reference is bytes, other extensions are refused.
    public static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind {
        let header = try MessagePackHeader(at: 0, in: value)
        if let kind = header.kind { return kind }
        if value[header.body - 1] == referenceType { return .bytes }
        guard value[header.body - 1] == timestampType else {
            throw .expected("a value", found: header.phrase(in: value))
        }
        return .string
    }

    /// Reads a truth value.
    public static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool {
        let header = try MessagePackHeader(only: value)
        guard header.form == .bool else { throw .expected("a boolean", found: header.phrase(in: value)) }
        return value[header.body] == 0xc3
    }

    /// Reads an integer; a float up to 2^53 without a fraction counts as one.
    public static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
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

    /// Reads an integer that is not negative; floats as ``readInt64(_:)``.
    public static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64 {
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

    /// Reads a number; integers are accepted.
    public static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
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

    /// Reads text; a timestamp reads as RFC 3339 text.
    public static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String {
        let header = try MessagePackHeader(only: value)
        if header.form == .string { return try text(at: header.content, in: value) }
        guard header.form == .extension, value[header.body - 1] == timestampType else {
            throw .expected("a string", found: header.phrase(in: value))
        }
        return try timestamp(at: header, in: value).text()
    }

    /// Reads raw bytes.
    public static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8] {
        let header = try MessagePackHeader(only: value)
        guard header.form == .bytes else {
            throw .expected(PayloadError.bytesPhrase, found: header.phrase(in: value))
        }
        return Array(copying: value.extracting(header.content))
    }

    /// Reads text between two offsets.
    static func text(at range: Range<Int>, in bytes: Span<UInt8>) throws(PayloadError) -> String {
        do { return String(copying: try UTF8Span(validating: bytes.extracting(range))) } catch {
            throw PayloadError(.malformed, "a string is not valid UTF-8")
        }
    }

    /// Reads an integer of a form that may be negative.
    @inline(__always)
    static func signed(_ header: MessagePackHeader, in value: Span<UInt8>) -> Int64 {
        let shift = 64 - 8 * header.count
        return Int64(bitPattern: value.bigEndian(at: header.body, count: header.count) << UInt64(shift)) >> Int64(shift)
    }
}
