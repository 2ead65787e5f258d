/// Reads the fields of one frame in order.
///
/// The functions take `last: true` for the last field, and then require the frame to end after it.
struct FieldReader {
    private var offset: Int

    /// Creates a reader at the offset of the frame's array.
    init(offset: Int) { self.offset = offset }

    /// Reads the header of an array and returns the number of its elements.
    mutating func array(_ bytes: Span<UInt8>) throws(PayloadError) -> Int {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .array else { throw .expected("an array as frame", found: header.phrase(in: bytes)) }
        offset = header.body
        return header.count
    }

    /// Reads a non-negative integer, in any of its forms.
    @inline(__always)
    mutating func unsigned(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> UInt64 {
        let header = try MessagePackHeader(at: offset, in: bytes)
        try advance(past: header, bytes, last)
        guard header.form == .unsigned else { return try Self.rareUnsigned(header, bytes) }
        return bytes.bigEndian(at: header.body, count: header.count)
    }

    /// Reads a non-negative integer in a signed form.
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

    /// Reads a non-negative integer or nil.
    @inline(__always)
    mutating func optionalUnsigned(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> UInt64? {
        try takeNull(bytes, last) ? nil : try unsigned(bytes, last: last)
    }

    /// Reads an integer, clamped to the range of `Int`.
    mutating func signed(_ bytes: Span<UInt8>) throws(PayloadError) -> Int {
        let header = try MessagePackHeader(at: offset, in: bytes)
        try advance(past: header, bytes, false)
        if header.form == .signed { return Int(clamping: MessagePack.signed(header, in: bytes)) }
        guard header.form == .unsigned else {
            throw .expected("a number in a frame", found: header.phrase(in: bytes))
        }
        return Int(clamping: bytes.bigEndian(at: header.body, count: header.count))
    }

    /// Reads text and returns the range of its bytes.
    @inline(__always)
    mutating func text(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> Range<Int> {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .string else { throw .expected("text in a frame", found: header.phrase(in: bytes)) }
        try advance(past: header, bytes, last)
        return header.content
    }

    /// Reads bytes and returns their range.
    mutating func binary(_ bytes: Span<UInt8>, last: Bool = false) throws(PayloadError) -> Range<Int> {
        let header = try MessagePackHeader(at: offset, in: bytes)
        guard header.form == .bytes else { throw .expected("bytes in a frame", found: header.phrase(in: bytes)) }
        try advance(past: header, bytes, last)
        return header.content
    }

    /// Reads text or nil, and returns the range of the text together with its header.
    mutating func optionalText(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        if try takeNull(bytes, false) { return nil }
        let start = offset
        _ = try text(bytes)
        return start..<offset
    }

    /// Reads text or nil, and returns the range of its bytes.
    mutating func nullableText(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int>? {
        try takeNull(bytes, false) ? nil : try text(bytes)
    }

    /// Returns the range of the value that is the last field, which has at least one byte.
    func value(_ bytes: Span<UInt8>) throws(PayloadError) -> Range<Int> {
        guard offset < bytes.count else { throw .truncated }
        return offset..<bytes.count
    }

    /// Returns the range of everything up to the end of the frame.
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
