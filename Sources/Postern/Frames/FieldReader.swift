/// Walks through the fields of one frame.
struct FieldReader {
    private var offset: Int

    /// Starts where the frame's array stands.
    init(offset: Int) { self.offset = offset }

    /// Reads the header of the array that is the frame; gives its number of fields.
    mutating func array(_ bytes: Span<UInt8>) throws(PayloadError) -> Int {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .array else { throw .expected("an array as frame", found: header.phrase(in: bytes)) }
        offset = header.body
        return header.count
    }

    /// Reads an integer that is not negative, in any of its forms.
    @inline(__always)
    mutating func unsigned(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> UInt64 {
        let header = try MessagePackHeader(at: offset, in: bytes)
        try advance(past: header, bytes, last)
        guard header.form == .unsigned else { return try Self.rareUnsigned(header, bytes) }
        return bytes.bigEndian(at: header.body, count: header.count)
    }

    /// Reads an integer that is not negative from a form that also holds negative ones; not a part of what every
    /// frame takes, since few encoders choose these forms.
    @inline(never)
    private static func rareUnsigned(
        _ header: MessagePackHeader,
        _ bytes: Span<UInt8>
    ) throws(PayloadError) -> UInt64 {
        guard header.form == .signed else {
            throw .expected("a number in a frame", found: header.phrase(in: bytes))
        }
        let number = MessagePack.signed(header, in: bytes)
        guard let exact = UInt64(exactly: number) else {
            throw PayloadError(.outOfRange, "expected a number of at least 0 in a frame, found \(number)")
        }
        return exact
    }

    /// Reads an integer that is not negative, or nil.
    @inline(__always)
    mutating func optionalUnsigned(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> UInt64? {
        try takeNull(bytes, last) ? nil : try unsigned(bytes, last: last)
    }

    /// Reads an integer; one beyond `Int` counts as the nearest.
    mutating func signed(_ bytes: Span<UInt8>) throws(PayloadError) -> Int {
        let header = try MessagePackHeader(at: offset, in: bytes)
        try advance(past: header, bytes, false)
        if header.form == .signed { return Int(clamping: MessagePack.signed(header, in: bytes)) }
        guard header.form == .unsigned else {
            throw .expected("a number in a frame", found: header.phrase(in: bytes))
        }
        return Int(clamping: bytes.bigEndian(at: header.body, count: header.count))
    }

    /// Finds text.
    @inline(__always)
    mutating func text(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> Range<Int> {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .string else { throw .expected("text in a frame", found: header.phrase(in: bytes)) }
        try advance(past: header, bytes, last)
        return header.content
    }

    /// Finds bytes.
    mutating func binary(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> Range<Int> {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .bytes else { throw .expected("bytes in a frame", found: header.phrase(in: bytes)) }
        try advance(past: header, bytes, last)
        return header.content
    }

    /// Finds text together with its header, or nil.
    mutating func optionalText(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        if try takeNull(bytes, false) { return nil }
        let start = offset
        _ = try text(bytes)
        return start..<offset
    }

    /// Finds text, or nil.
    mutating func nullableText(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        try takeNull(bytes, false) ? nil : try text(bytes)
    }

    /// Finds the value that is the last field; it has one byte at least.
    func value(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int> {
        guard offset < bytes.count else { throw .truncated }
        return offset..<bytes.count
    }

    /// Everything up to the end of the frame.
    func rest(_ bytes: Span<UInt8>) -> Range<Int> { offset..<bytes.count }

    private mutating func takeNull(_ bytes: Span<UInt8>, _ last: Bool) throws(PayloadError) -> Bool {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .null else { return false }
        try advance(past: header, bytes, last)
        return true
    }

    @inline(__always)
    private mutating func advance(
        past header: MessagePackHeader,
        _ bytes: Span<UInt8>,
        _ last: Bool
    ) throws(PayloadError) {
        offset = header.next
        if last, offset != bytes.count { throw .trailing }
    }
}
