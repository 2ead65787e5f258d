/// The first bytes of a value: what it is, and where its content stands.
struct MessagePackHeader {
    /// What kind of value follows.
    enum Form {
        case null, bool, unsigned, signed, float, string, bytes, array, map, `extension`
    }

    let form: Form
    /// Where the content begins: for numbers in one byte, that byte itself.
    let body: Int
    /// Bytes of content; for containers the number of elements or members.
    let count: Int

    /// Where the header's next sibling or first child begins.
    @inline(__always)
    var next: Int { isContainer ? body : body + count }

    /// How many values follow that belong to this one.
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

    /// Where the content stands; containers have none.
    @inline(__always)
    var content: Range<Int> { body..<body + count }

    @inline(__always)
    private init(_ form: Form, body: Int, count: Int) {
        self.form = form
        self.body = body
        self.count = count
    }

    /// Reads the header at an offset; afterwards the content is known to be there.
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
        case 0xcc...0xcf: self.init(.unsigned, body: offset + 1, count: 1 << Int(first & 0x03))
        case 0xd0...0xd3: self.init(.signed, body: offset + 1, count: 1 << Int(first & 0x03))
        default: self = try Self.sized(first, at: offset, in: bytes)
        }
        // Every child takes a byte at least, so a count larger than what is left is never believed.
        guard (form == .map ? 2 * count : count) <= bytes.count - body else { throw .truncated }
    }

    /// The forms that carry a length of their own.
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
        // The type byte of an extension belongs to its header.
        let body = offset + 1 + lengthBytes + (form == .extension ? 1 : 0)
        guard body <= bytes.count else { throw .truncated }
        let count =
            lengthBytes == 0
            ? 1 << Int(first - 0xd4)
            : Int(truncatingIfNeeded: bytes.bigEndian(at: offset + 1, count: lengthBytes))
        return Self(form, body: body, count: count)
    }
}

extension MessagePackHeader {
    /// The whole of a span as one value.
    @inline(__always)
    init(only value: Span<UInt8>) throws(PayloadError) {
        try self.init(at: 0, in: value)
        if !isContainer, next != value.count { throw .trailing }
    }

    /// What the value is in a sentence.
    func phrase(in bytes: Span<UInt8>) -> String {
        switch form {
        case .extension where bytes[body - 1] == MessagePack.timestampType: "a timestamp"
        case .extension where bytes[body - 1] == MessagePack.referenceType: "a reference"
        case .extension: "extension \(Int8(bitPattern: bytes[body - 1]))"
        default: kind?.phrase ?? "nothing"
        }
    }

    /// The kind of the value; `nil` for extensions.
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
    /// Reads up to eight bytes, the most significant first; the caller has checked that they are there.
    @inline(__always)
    func bigEndian(at offset: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in offset..<offset + count { value = value << 8 | UInt64(self[index]) }
        return value
    }
}
