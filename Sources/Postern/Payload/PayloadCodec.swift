/// How values are written as bytes and read back: one type for each encoding, never an instance.
///
/// A payload carries its codec as a metatype (`any PayloadCodec.Type`), so choosing the encoding costs one table
/// look-up, boxes nothing and counts no references. ``MessagePack`` is the codec of the native protocol; the JSON
/// module adds its own.
///
/// Every reading function is total: it never traps, whatever the bytes. Spans given to one are exactly one value,
/// without padding, unless said otherwise. Readers that walk a container hand out ranges within the span they were
/// given.
@usableFromInline
package protocol PayloadCodec: Sendable {
    /// The name of the encoding in messages for people: `MessagePack`, `JSON`.
    static var name: String { get }

    // MARK: Reading one value

    /// Tells what the value is, without reading it whole.
    static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind
    /// Reads a truth value.
    static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool
    /// Reads an integer; in JSON a string of digits counts as one.
    static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64
    /// Reads an integer that is not negative; in JSON a string of digits counts as one.
    static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64
    /// Reads a number; integers are accepted.
    static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double
    /// Reads text; it is valid UTF-8.
    static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String
    /// Reads raw bytes; in JSON these are base64 text (RFC 4648 section 4, padding demanded).
    static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8]
    /// Reads a moment; RFC 3339 text unless the encoding has a form of its own.
    static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp
    /// Calls `body` with the range of each element of an array, in order.
    static func forEachElement(
        of array: Span<UInt8>,
        _ body: (Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError)
    /// Calls `body` with the name and the range of the value of each member of a map, in order.
    static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError)

    // MARK: Reading arguments

    /// Finds each parameter of a method in encoded arguments, by position or by name.
    ///
    /// - Parameters:
    ///   - arguments: The arguments as the encoding carries them; empty means none.
    ///   - parameters: What the method takes.
    /// - Returns: One range for each parameter; ``ArgumentRanges/isMissing(_:)`` where it was not given.
    /// - Throws: `.unexpectedArgument` for one too many or an unknown name, `.duplicateName` for one given twice.
    static func locateArguments(
        _ arguments: Span<UInt8>,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges

    // MARK: Writing

    /// Appends null.
    static func writeNull(into output: inout [UInt8])
    /// Appends a truth value.
    static func write(_ value: Bool, into output: inout [UInt8])
    /// Appends an integer, exactly.
    static func write(_ value: Int64, into output: inout [UInt8])
    /// Appends an integer, exactly.
    static func write(_ value: UInt64, into output: inout [UInt8])
    /// Appends a number; the shortest text that reads back to the same value where the encoding is text.
    ///
    /// - Throws: `.notEncodable` for NaN and the infinities in JSON.
    static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError)
    /// Appends text.
    static func write(_ value: String, into output: inout [UInt8])
    /// Appends raw bytes; base64 text in JSON.
    static func write(bytes: Span<UInt8>, into output: inout [UInt8])
    /// Appends a moment; RFC 3339 text with milliseconds unless the encoding has a form of its own.
    static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError)

    /// Begins an array whose length is not known yet; pass the mark to every call that follows for this array.
    static func beginArray(into output: inout [UInt8]) -> ContainerMark
    /// Announces the next element of the array; its value must be written next.
    static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8])
    /// Ends the array.
    static func endArray(_ mark: ContainerMark, into output: inout [UInt8])
    /// Begins a map whose length is not known yet.
    static func beginMap(into output: inout [UInt8]) -> ContainerMark
    /// Writes the name of the next member; its value must be written next.
    static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8])
    /// Ends the map.
    static func endMap(_ mark: ContainerMark, into output: inout [UInt8])

    // MARK: From one encoding to another

    /// Writes one value in another encoding, in one pass and without building a tree.
    static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Writes encoded arguments as another encoding carries them, in one pass.
    static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Opens arguments in this encoding: positional ones come first, then named ones.
    ///
    /// Every value announced by `begin…`, `nextArgument` is written with the functions above.
    static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark
    /// Ends arguments begun with `beginArguments`.
    static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8])
}

/// What a payload value is.
@usableFromInline
package enum PayloadKind: Hashable, Sendable {
    case null, bool, integer, double, string, bytes, array, map
}

/// Where a container began, and how many values it holds so far.
@usableFromInline
package struct ContainerMark: Sendable {
    /// Offset in the output at which the container's first byte stands.
    @usableFromInline package let start: Int
    /// Elements or members announced so far.
    @usableFromInline package var count = 0

    /// Marks a container that begins at an offset of the output.
    @inlinable
    package init(start: Int) { self.start = start }
}

extension PayloadCodec {
    /// Encodes any value, straight into the output.
    ///
    /// What was appended is taken off again when it fails. The encoder needs its containers closed in order: writing to
    /// an outer one closes those inside it, and writing to a closed one fails.
    ///
    /// - Throws: `.notEncodable` with the path to the value in its message (`user.name[2]: …`), `.limitExceeded` for
    ///   values nested deeper than 64.
    package static func encode(_ value: some Encodable, into output: inout [UInt8]) throws(PayloadError) {
        if try writeFrequent(value, self, &output) { return }
        let start = output.count
        do throws(PayloadError) {
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
    /// - Throws: `PayloadError` with the path to the value in its message (`user.name[2]: …`), also for what the type
    ///   itself finds wrong.
    package static func decode<T: Decodable>(_ type: T.Type, from value: Span<UInt8>) throws(PayloadError) -> T {
        if let frequent = readFrequent(type, value, self) { return frequent }
        if let scalar = type as? any PayloadScalar.Type, let result = try scalar.read(value, as: self) as? T {
            return result
        }
        let source = DecodingSource(bytes: Array(copying: value), codec: self)
        do {
            return try T(from: ValueDecoder(source: source, range: 0..<value.count, path: CodingTrail(), depth: 0))
        } catch {
            throw PayloadError(decoding: error)
        }
    }
}

extension PayloadCodec {
    /// Reads RFC 3339 text.
    package static func readTimestamp(_ value: Span<UInt8>) throws(PayloadError) -> Timestamp {
        let kind = try kind(of: value)
        guard kind == .string else { throw .expected(Timestamp.phrase, found: kind.phrase) }
        return try Timestamp(text: try readString(value))
    }

    /// Appends RFC 3339 text with milliseconds.
    package static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        write(try value.text(), into: &output)
    }
}

/// How much one payload may hold.
package struct PayloadLimits: Hashable, Sendable {
    /// How deep arrays and maps may stand inside each other; no reader goes below 64.
    package var depth = 64
    /// How many values a payload may hold: every scalar, container and name counts as one.
    package var values = 100_000

    /// The limits that every reader keeps without being asked.
    package static let standard = PayloadLimits()

    /// Takes limits; a depth above 64 counts as 64.
    package init(depth: Int = 64, values: Int = 100_000) {
        self.depth = min(max(depth, 0), Self.largestDepth)
        self.values = values
    }

    static let largestDepth = 64
}
