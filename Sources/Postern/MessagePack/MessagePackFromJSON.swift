/// The MessagePack of a message that was JSON on its way here.
///
/// JSON has no bytes, times, or integers beyond 2^53 that every client can write. What made MessagePack of it did not
/// know the types that its values are for, so only here text is read as one of these: base64 for bytes, RFC 3339 for a
/// timestamp, digits for an integer. Everything else, all that is written included, is that of ``MessagePack``.
package enum MessagePackFromJSON: PayloadCodec {
    package static var name: String { MessagePack.name }

    package static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        if let text = try text(in: value) { return try integer(text) }
        return try MessagePack.readInt64(value)
    }

    package static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64 {
        if let text = try text(in: value) { return try integer(text) }
        return try MessagePack.readUInt64(value)
    }

    package static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8] {
        let header = try MessagePackHeader(only: value)
        guard header.form == .string else { return try MessagePack.readBytes(value) }
        guard let bytes = Base64.decode(value.extracting(header.content)) else { throw .noBase64 }
        return bytes
    }

    package static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp {
        if let text = try text(in: value) { return try Timestamp(text: text) }
        return try MessagePack.readTimestamp(value)
    }

    private static func text(in value: Span<UInt8>) throws(PayloadError) -> String? {
        let header = try MessagePackHeader(only: value)
        return header.form == .string ? try MessagePack.text(at: header.content, in: value) : nil
    }

    private static func integer<Number: FixedWidthInteger>(_ text: String) throws(PayloadError) -> Number {
        let digits = text.utf8.dropFirst(text.utf8.first == UInt8(ascii: "-") ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .expected("an integer", found: "a string")
        }
        guard let number = Number(text) else { throw .outOfRange(Number.self) }
        return number
    }
}

extension Payload {
    /// Whether the values were JSON on their way here, or are.
    var isFromJSON: Bool { codec != MessagePack.self }

    /// Whether the bytes are MessagePack, wherever they come from.
    var isMessagePack: Bool { codec == MessagePack.self || codec == MessagePackFromJSON.self }
}
