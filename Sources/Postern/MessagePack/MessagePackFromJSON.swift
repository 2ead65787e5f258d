/// The MessagePack encoding of a message that was converted from JSON.
///
/// JSON has no bytes and no timestamps, and not every client can write integers above 2^53. The gateway that converts a
/// message does not know the types of the parameters, so this codec accepts strings in their place: base64 text for
/// bytes, RFC 3339 text for a timestamp, digits for an integer. Everything else, writing included, is the same as in
/// ``MessagePack``.
package enum MessagePackFromJSON: PayloadCodec {
    // The same name, because error messages must not depend on the path of a message.
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

    /// Returns the text of a string, or `nil` for a value of another kind.
    private static func text(in value: Span<UInt8>) throws(PayloadError) -> String? {
        let header = try MessagePackHeader(only: value)
        return header.form == .string ? try MessagePack.text(at: header.content, in: value) : nil
    }

    /// Parses an integer from decimal digits with an optional minus sign.
    private static func integer<Number: FixedWidthInteger>(_ text: String) throws(PayloadError) -> Number {
        // `FixedWidthInteger.init(_:)` would accept a plus sign, and reports both faults as `nil`.
        let digits = text.utf8.dropFirst(text.utf8.first == UInt8(ascii: "-") ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .expected("an integer", found: "a string")
        }
        guard let number = Number(text) else { throw .outOfRange(Number.self) }
        return number
    }
}

extension Payload {
    /// Whether the values are JSON or were converted from JSON.
    var isFromJSON: Bool { codec != MessagePack.self }

    /// Whether the bytes are MessagePack, converted from JSON or not.
    var isMessagePack: Bool { codec == MessagePack.self || codec == MessagePackFromJSON.self }
}

// The requirements that are the same as in `MessagePack`.

extension MessagePackFromJSON {
    package static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind {
        try MessagePack.kind(of: value)
    }
    package static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool { try MessagePack.readBool(value) }
    package static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
        try MessagePack.readDouble(value)
    }
    package static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String {
        try MessagePack.readString(value)
    }
    package static func forEachElement(
        of array: Span<UInt8>,
        _ body: (Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        try MessagePack.forEachElement(of: array, body)
    }
    package static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        try MessagePack.forEachMember(of: map, body)
    }
    package static func locateArguments(
        _ arguments: Span<UInt8>,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges {
        try MessagePack.locateArguments(arguments, for: parameters)
    }
}

extension MessagePackFromJSON {
    package static func writeNull(into output: inout [UInt8]) { MessagePack.writeNull(into: &output) }
    package static func write(_ value: Bool, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(_ value: Int64, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(_ value: UInt64, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError) {
        try MessagePack.write(value, into: &output)
    }
    package static func write(_ value: String, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(bytes: Span<UInt8>, into output: inout [UInt8]) {
        MessagePack.write(bytes: bytes, into: &output)
    }
    package static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        try MessagePack.write(value, into: &output)
    }
    package static func beginArray(into output: inout [UInt8]) -> ContainerMark {
        MessagePack.beginArray(into: &output)
    }
    package static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8]) {
        MessagePack.nextElement(&mark, into: &output)
    }
    package static func endArray(_ mark: ContainerMark, into output: inout [UInt8]) {
        MessagePack.endArray(mark, into: &output)
    }
    package static func beginMap(into output: inout [UInt8]) -> ContainerMark { MessagePack.beginMap(into: &output) }
    package static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8]) {
        MessagePack.nextMember(named: name, &mark, into: &output)
    }
    package static func endMap(_ mark: ContainerMark, into output: inout [UInt8]) {
        MessagePack.endMap(mark, into: &output)
    }
    package static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark {
        MessagePack.beginArguments(named: named, into: &output)
    }
    package static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8]) {
        MessagePack.endArguments(mark, named: named, into: &output)
    }
}

extension MessagePackFromJSON: ReferenceCodec {
    package static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference {
        try MessagePack.readReference(value)
    }
    package static func write(_ reference: WireReference, into output: inout [UInt8]) {
        MessagePack.write(reference, into: &output)
    }
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcode(value, to: target, into: &output)
    }
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        atMost limit: Int,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcode(value, to: target, atMost: limit, into: &output)
    }
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcodeArguments(arguments, to: target, into: &output)
    }
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcode(value, to: target, naming: naming, into: &output)
    }
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcodeArguments(arguments, to: target, naming: naming, into: &output)
    }
}
