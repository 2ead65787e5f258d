/// The header of a value: its form, and the position of its content.
struct MessagePackHeader {
    /// The form of a value, which the first byte determines.
    enum Form {
        case null, bool, unsigned, signed, float, string, bytes, array, map, `extension`
    }

    let form: Form
    /// The offset of the content; for a number or a Boolean value of one byte, that of this byte.
    let body: Int
    /// The size of the content in bytes; for a container, the number of elements or members.
    let count: Int

    /// The offset of the next header: the first child of a container, or else the next value.
    @inline(__always)
    var next: Int { isContainer ? body : body + count }

    /// The number of values directly within this one; a member of a map counts as two.
    @inline(__always)
    var children: Int {
        switch form {
        case .array: count
        case .map: 2 * count
        default: 0
        }
    }

    @inline(__always)
    var isContainer: Bool { form == .array || form == .map }

    /// The range of the content of a value that is no container.
    @inline(__always)
    var content: Range<Int> { body..<body + count }

    @inline(__always)
    private init(_ form: Form, body: Int, count: Int) {
        self.form = form
        self.body = body
        self.count = count
    }

    /// Reads the header at an offset and checks that the bytes contain its content.
    ///
    /// - Throws: `.malformed` if the bytes end before the content does, or for the byte 0xc1.
    @inline(__always)
    init(at offset: Int, in bytes: Span<UInt8>) throws(PayloadError) {
        guard offset >= 0, offset < bytes.count else { throw .truncated }
        let first = bytes[offset]
        switch first {
        case 0x00...0x7f: self.init(.unsigned, body: offset, count: 1)
        case 0xe0...0xff: self.init(.signed, body: offset, count: 1)
        case 0x80...0x8f: self.init(.map, body: offset + 1, count: Int(first & 0x0f))
        case 0x90...0x9f: self.init(.array, body: offset + 1, count: Int(first & 0x0f))
        case 0xa0...0xbf: self.init(.string, body: offset + 1, count: Int(first & 0x1f))
        case 0xc0: self.init(.null, body: offset + 1, count: 0)
        case 0xc2, 0xc3: self.init(.bool, body: offset, count: 1)
        case 0xca: self.init(.float, body: offset + 1, count: 4)
        case 0xcb: self.init(.float, body: offset + 1, count: 8)
        // Of both ranges, the two low bits are the logarithm of the size.
        case 0xcc...0xcf: self.init(.unsigned, body: offset + 1, count: 1 << Int(first & 0x03))
        case 0xd0...0xd3: self.init(.signed, body: offset + 1, count: 1 << Int(first & 0x03))
        default: self = try Self.sized(first, at: offset, in: bytes)
        }
        // Each child takes a byte or more, so a count above the number of remaining bytes is false. Without this
        // check, five bytes could claim four billion elements.
        guard (form == .map ? 2 * count : count) <= bytes.count - body else { throw .truncated }
    }

    /// Reads the header of a form with a length field or, for extensions, a length implied by the first byte.
    private static func sized(_ first: UInt8, at offset: Int, in bytes: Span<UInt8>) throws(PayloadError) -> Self {
        let lengthBytes: Int
        let form: Form
        switch first {
        case 0xc4...0xc6: (form, lengthBytes) = (.bytes, 1 << Int(first - 0xc4))
        case 0xc7...0xc9: (form, lengthBytes) = (.extension, 1 << Int(first - 0xc7))
        case 0xd4...0xd8: (form, lengthBytes) = (.extension, 0)
        case 0xd9...0xdb: (form, lengthBytes) = (.string, 1 << Int(first - 0xd9))
        case 0xdc, 0xdd: (form, lengthBytes) = (.array, 2 << Int(first - 0xdc))
        case 0xde, 0xdf: (form, lengthBytes) = (.map, 2 << Int(first - 0xde))
        default: throw PayloadError(.malformed, "the byte 0xc1 is never used in MessagePack")
        }
        // The type byte of an extension is part of its header.
        let body = offset + 1 + lengthBytes + (form == .extension ? 1 : 0)
        guard body <= bytes.count else { throw .truncated }
        // A length field has at most 32 bits, so it always fits an `Int`.
        let count =
            lengthBytes == 0
            ? 1 << Int(first - 0xd4)
            : Int(truncatingIfNeeded: bytes.bigEndian(at: offset + 1, count: lengthBytes))
        return Self(form, body: body, count: count)
    }
}

extension MessagePackHeader {
    /// Reads the header of a span that is exactly one value; the end of a container is not checked.
    @inline(__always)
    init(only value: Span<UInt8>) throws(PayloadError) {
        try self.init(at: 0, in: value)
        if !isContainer, next != value.count { throw .trailing }
    }

    /// Returns the noun for the value in error messages.
    func phrase(in bytes: Span<UInt8>) -> String {
        switch form {
        case .extension where bytes[body - 1] == MessagePack.timestampType: "a timestamp"
        case .extension where bytes[body - 1] == MessagePack.referenceType: "a reference"
        case .extension: "extension \(Int8(bitPattern: bytes[body - 1]))"
        default: kind?.phrase ?? "nothing"
        }
    }

    /// The kind of the value, or `nil` for an extension.
    var kind: PayloadKind? {
        switch form {
        case .null: .null
        case .bool: .bool
        case .unsigned, .signed: .integer
        case .float: .double
        case .string: .string
        case .bytes: .bytes
        case .array: .array
        case .map: .map
        case .extension: nil
        }
    }
}

extension Span<UInt8> {
    /// Reads up to eight bytes in big-endian order; traps if they are out of bounds.
    @inline(__always)
    func bigEndian(at offset: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in offset..<offset + count { value = value << 8 | UInt64(self[index]) }
        return value
    }
}
