/// The MessagePack encoding of payloads: the codec of the native protocol.
///
/// Reading accepts every form of the specification. Writing produces the shortest form of integers, strings and binary,
/// and always the 64-bit form of numbers. Names in maps are unique strings. Containers nest at most 64 levels deep, and
/// a payload contains at most 100,000 values.
///
/// A float without a fraction and of a magnitude up to 2^53 is accepted as an integer, and a timestamp (extension -1)
/// as a string. Other extensions except references can be skipped but not read. In a message that a gateway has
/// converted from JSON, which its frame states, strings are accepted as integers, bytes and timestamps too:
/// ``MessagePackFromJSON``.
///
/// Arguments are two successive values: an array of the positional ones or nil, then a map of the named ones or nil. A
/// call without arguments may have no bytes at all.
package enum MessagePack: PayloadCodec {
    /// The name of the encoding in error messages.
    package static var name: String { "MessagePack" }
}

extension PayloadError {
    /// The error for bytes that end before the value does.
    static let truncated = PayloadError(.malformed, "MessagePack ends in the middle of a value")
    /// The error for bytes after the end of the value.
    static let trailing = PayloadError(.malformed, "MessagePack goes on after the end of the value")
}

extension MessagePack {
    /// Locates the argument for each parameter of a method, by position first and then by name.
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

    /// Begins arguments, which become an array and nil, or nil and a map.
    package static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark {
        guard named else { return beginArray(into: &output) }
        writeNull(into: &output)
        return beginMap(into: &output)
    }

    /// Ends arguments that `beginArguments` began.
    package static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8]) {
        if named { return endMap(mark, into: &output) }
        endArray(mark, into: &output)
        writeNull(into: &output)
    }

    /// Locates the positional arguments and returns the offset after them.
    private static func locatePositional(
        _ arguments: Span<UInt8>,
        _ parameters: ParameterList,
        _ ranges: inout ArgumentRanges
    ) throws(PayloadError) -> Int {
        // A header of nil has a count of 0, so the loop below does not run.
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

    /// Locates the named arguments and returns the offset after them.
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
            // Rejects a name that occurs twice as well as one whose parameter has a positional argument.
            guard ranges.isMissing(index) else { throw parameters.repeated(try text(at: name.content, in: arguments)) }
            position = try end(ofValueAt: name.next, in: arguments)
            ranges[index] = name.next..<position
        }
        return position
    }

    /// Reads the header of the positional arguments: an array, or nil for none.
    static func positionalHeader(in arguments: Span<UInt8>) throws(PayloadError) -> MessagePackHeader {
        let header = try MessagePackHeader(at: 0, in: arguments)
        guard header.form == .array || header.form == .null else {
            throw .expected("an array of arguments or nil", found: header.phrase(in: arguments))
        }
        return header
    }

    /// Reads the header of the named arguments: a map, or nil for none.
    static func namedHeader(at offset: Int, in arguments: Span<UInt8>) throws(PayloadError) -> MessagePackHeader {
        let header = try MessagePackHeader(at: offset, in: arguments)
        guard header.form == .map || header.form == .null else {
            throw .expected("a map of named arguments or nil", found: header.phrase(in: arguments))
        }
        return header
    }
}
