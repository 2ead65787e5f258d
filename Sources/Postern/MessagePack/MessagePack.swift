/// MessagePack as the encoding of payloads: the codec of the native protocol.
///
/// Readers take every form the specification knows, shortest or not; the writer chooses the shortest for integers,
/// text and bytes. Doubles always travel as 64 bits. Names in maps are strings, each once. Containers stand at most 64
/// deep and a payload holds at most 100,000 values.
///
/// A float up to 2^53 without a fraction reads as an integer, and a timestamp (extension -1) as text. Other extensions
/// can be skipped, not read. In a message that a gateway made from JSON text is read for integers, bytes and timestamps
/// too: it says so in its frame.
///
/// Arguments are two values in a row: an array of positional ones or nil, then a map of named ones or nil. No bytes at
/// all mean no arguments.
package enum MessagePack: PayloadCodec {
    /// `MessagePack`.
    package static var name: String { "MessagePack" }
}

extension PayloadError {
    static let truncated = PayloadError(.malformed, "MessagePack ends in the middle of a value")
    static let trailing = PayloadError(.malformed, "MessagePack goes on after the end of the value")
}

extension MessagePack {
    /// Finds each parameter of a method: first the positional arguments, then the named ones.
    package static func locateArguments(
        _ arguments: Span<UInt8>,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges {
        var ranges = ArgumentRanges()
        guard arguments.count > 0 else { return ranges }
        let named = try locatePositional(arguments, parameters, &ranges)
        guard try locateNamed(arguments, at: named, parameters, &ranges) == arguments.count else { throw .trailing }
        return ranges
    }

    /// Opens arguments: an array and nil, or nil and a map.
    package static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark {
        guard named else { return beginArray(into: &output) }
        writeNull(into: &output)
        return beginMap(into: &output)
    }

    /// Ends arguments begun with `beginArguments`.
    package static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8]) {
        if named { return endMap(mark, into: &output) }
        endArray(mark, into: &output)
        writeNull(into: &output)
    }

    private static func locatePositional(
        _ arguments: Span<UInt8>,
        _ parameters: ParameterList,
        _ ranges: inout ArgumentRanges
    ) throws(PayloadError) -> Int {
        let header = try positionalHeader(in: arguments)
        guard header.count <= parameters.names.count else { throw parameters.tooMany(header.count) }
        var position = header.body
        for index in 0..<header.count {
            let end = try end(ofValueAt: position, in: arguments)
            ranges[index] = position..<end
            position = end
        }
        return position
    }

    private static func locateNamed(
        _ arguments: Span<UInt8>,
        at offset: Int,
        _ parameters: ParameterList,
        _ ranges: inout ArgumentRanges
    ) throws(PayloadError) -> Int {
        let header = try namedHeader(at: offset, in: arguments)
        var position = header.body
        for _ in 0..<header.count {
            let name = try nameHeader(at: position, in: arguments)
            guard let index = parameters.index(of: arguments.extracting(name.content)) else {
                throw parameters.unexpected(try text(at: name.content, in: arguments))
            }
            guard ranges.isMissing(index) else { throw parameters.repeated(try text(at: name.content, in: arguments)) }
            position = try end(ofValueAt: name.next, in: arguments)
            ranges[index] = name.next..<position
        }
        return position
    }

    /// Reads the header of the positional arguments: an array, or nil, which counts as an empty one.
    static func positionalHeader(in arguments: Span<UInt8>) throws(PayloadError) -> MessagePackHeader {
        let header = try MessagePackHeader(at: 0, in: arguments)
        guard header.form == .array || header.form == .null else {
            throw .expected("an array of arguments or nil", found: header.phrase(in: arguments))
        }
        return header
    }

    /// Reads the header of the named arguments: a map, or nil, which counts as an empty one.
    static func namedHeader(at offset: Int, in arguments: Span<UInt8>) throws(PayloadError) -> MessagePackHeader {
        let header = try MessagePackHeader(at: offset, in: arguments)
        guard header.form == .map || header.form == .null else {
            throw .expected("a map of named arguments or nil", found: header.phrase(in: arguments))
        }
        return header
    }
}
