/// An encoding of values as bytes; the conforming types have no instances.
///
/// A payload stores its codec as a metatype (`any PayloadCodec.Type`), so a call to it is one indirect call, without a
/// box or reference counting. ``MessagePack`` is the codec of the native protocol; PosternJSONRPC defines `JSON`.
///
/// Reading functions never trap, whatever the bytes. Unless noted otherwise, their span is exactly one value without
/// surrounding space, and the ranges they pass to a closure are relative to that span.
@usableFromInline
package protocol PayloadCodec: Sendable {
    /// The name of the encoding in error messages, such as `MessagePack` or `JSON`.
    static var name: String { get }

    // MARK: Reading one value

    /// Returns the kind of a value, judged by its first bytes.
    static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind
    /// Reads a Boolean value.
    static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool
    /// Reads a signed integer; in JSON, a string of digits is accepted.
    static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64
    /// Reads an unsigned integer; in JSON, a string of digits is accepted.
    static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64
    /// Reads a number, which may be an integer.
    static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double
    /// Reads a string and validates its UTF-8.
    static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String
    /// Reads raw bytes; in JSON, these are base64 text with padding (RFC 4648, section 4).
    static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8]
    /// Reads a timestamp; RFC 3339 text unless the encoding has a form of its own.
    static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp
    /// Calls a closure with the range of each element of an array, in order.
    static func forEachElement(
        of array: Span<UInt8>,
        _ body: (Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError)
    /// Calls a closure with the name and the range of the value of each member of a map, in order.
    static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError)

    // MARK: Reading arguments

    /// Locates the argument for each parameter of a method, by position or by name.
    ///
    /// - Parameters:
    ///   - arguments: The encoded arguments of one call; empty if there are none.
    ///   - parameters: The parameters of the method.
    /// - Returns: One range for each parameter; ``ArgumentRanges/isMissing(_:)`` is `true` for an omitted one.
    /// - Throws: `.unexpectedArgument` for an unknown name or more arguments than parameters, `.duplicateName` for two
    ///   arguments with one name.
    static func locateArguments(
        _ arguments: Span<UInt8>,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges

    // MARK: Writing

    /// Appends null.
    static func writeNull(into output: inout [UInt8])
    /// Appends a Boolean value.
    static func write(_ value: Bool, into output: inout [UInt8])
    /// Appends a signed integer without loss.
    static func write(_ value: Int64, into output: inout [UInt8])
    /// Appends an unsigned integer without loss.
    static func write(_ value: UInt64, into output: inout [UInt8])
    /// Appends a number; a textual encoding writes the shortest text that reads back to the same value.
    ///
    /// - Throws: `.notEncodable` for NaN and infinity in JSON.
    static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError)
    /// Appends a string.
    static func write(_ value: String, into output: inout [UInt8])
    /// Appends raw bytes; in JSON, as base64 text.
    static func write(bytes: Span<UInt8>, into output: inout [UInt8])
    /// Appends a timestamp; RFC 3339 text with milliseconds unless the encoding has a form of its own.
    static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError)

    /// Begins an array of unknown length and returns the mark for the other functions of this array.
    static func beginArray(into output: inout [UInt8]) -> ContainerMark
    /// Begins the next element of an array; its value must be written next.
    static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8])
    /// Ends an array.
    static func endArray(_ mark: ContainerMark, into output: inout [UInt8])
    /// Begins a map of unknown length and returns the mark for the other functions of this map.
    static func beginMap(into output: inout [UInt8]) -> ContainerMark
    /// Appends the name of the next member of a map; its value must be written next.
    static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8])
    /// Ends a map.
    static func endMap(_ mark: ContainerMark, into output: inout [UInt8])

    // MARK: Transcoding

    /// Appends one value in another encoding, in one pass and without an intermediate tree.
    static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Appends one value in another encoding; it stops with ``PayloadError/tooLarge`` soon after the size of the whole
    /// output has exceeded `limit`.
    static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        atMost limit: Int,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Returns the size of a text in this encoding, about, in bytes: at least that of its characters.
    static func byteCount(ofText text: Span<UInt8>) -> Int
    /// Appends encoded arguments in another encoding, in one pass.
    static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Begins the arguments of one call, which are all positional or all named.
    ///
    /// Each argument is then announced with `nextElement` or `nextMember`, as in an array or a map.
    static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark
    /// Ends arguments that `beginArguments` began.
    static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8])
}

/// The kind of an encoded value.
@usableFromInline
package enum PayloadKind: Hashable, Sendable {
    case null, bool, integer, double, string, bytes, array, map
}

/// The state of a container that is being written.
@usableFromInline
package struct ContainerMark: Sendable {
    /// The offset of the container's first byte in the output.
    @usableFromInline package let start: Int
    /// The number of elements or members so far.
    @usableFromInline package var count = 0

    /// Creates the state of an empty container at an offset of the output.
    @inlinable
    package init(start: Int) { self.start = start }
}

extension PayloadCodec {
    /// Does not stop early; callers compare the size of the output.
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        atMost limit: Int,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try transcode(value, to: target, into: &output)
    }

    /// Returns the size of the text itself.
    package static func byteCount(ofText text: Span<UInt8>) -> Int { text.count }

    /// Appends the encoding of any value; leaves the output unchanged if it throws.
    ///
    /// The value is encoded into the output itself, so containers must be written in order: writing to an outer one
    /// closes those within it, and writing to a closed one throws.
    ///
    /// - Throws: `.notEncodable` with the path to the value in its message (`user.name[2]: …`), `.limitExceeded` for
    ///   values nested deeper than 64 levels.
    package static func encode(_ value: some Encodable, into output: inout [UInt8]) throws(PayloadError) {
        if try writeFrequent(value, self, &output) { return }
        let start = output.count
        do throws(PayloadError) {
            // A type with functions of its own never uses `Codable`, which is slower by far and has no bytes or times.
            if let scalar = value as? any PayloadScalar { return try scalar.write(as: self, into: &output) }
            let sink = EncodingSink(taking: &output, codec: self)
            defer { sink.giveBack(to: &output) }
            do { try ValueEncoder(sink: sink).encode(value) } catch { throw PayloadError(encoding: error) }
            try sink.finish()
        } catch {
            output.removeLast(output.count - start)
            throw error
        }
    }

    /// Decodes a value of any type.
    ///
    /// - Throws: `PayloadError` with the path to the value in its message (`user.name[2]: …`); an error that the type's
    ///   own `init(from:)` throws becomes one too.
    package static func decode<T: Decodable>(_ type: T.Type, from value: Span<UInt8>) throws(PayloadError) -> T {
        if let frequent = readFrequent(type, value, self) { return frequent }
        if let scalar = type as? any PayloadScalar.Type, let result = try scalar.read(value, as: self) as? T {
            return result
        }
        // A `Decoder` escapes into the type's `init(from:)`, which a span cannot: the bytes are copied once.
        let source = DecodingSource(bytes: Array(copying: value), codec: self)
        do {
            return try T(from: ValueDecoder(source: source, range: 0..<value.count, path: CodingTrail(), depth: 0))
        } catch {
            throw PayloadError(decoding: error)
        }
    }
}

extension PayloadCodec {
    /// Reads a timestamp from RFC 3339 text.
    package static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let kind = try kind(of: value)
        guard kind == .string else { throw .expected(Timestamp.phrase, found: kind.phrase) }
        return try Timestamp(text: try readString(value))
    }

    /// Appends a timestamp as RFC 3339 text with milliseconds.
    package static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        write(try value.text(), into: &output)
    }
}

/// The limits of one payload.
package struct PayloadLimits: Hashable, Sendable {
    /// The maximum nesting of arrays and maps, at most 64.
    package var depth = 64
    /// The maximum number of values; every scalar, container and member name counts as one.
    package var values = 100_000

    /// The limits that apply unless others are passed: 64 levels and 100,000 values.
    package static let standard = PayloadLimits()

    /// Creates limits; a depth above 64 becomes 64.
    package init(depth: Int = 64, values: Int = 100_000) {
        self.depth = min(max(depth, 0), Self.largestDepth)
        self.values = values
    }

    /// The maximum of ``depth``, for which readers have room on their stacks.
    static let largestDepth = 64
}
