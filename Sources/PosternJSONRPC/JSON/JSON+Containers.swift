package import Postern

extension JSON {
    /// Calls `body` with the range of each element of an array, in order.
    package static func forEachElement(
        of array: Span<UInt8>,
        _ body: (Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        guard array.count > 0, array[0] == Byte.openBracket else { throw mismatch("an array", array) }
        var walk = JSONContainerWalk(array, from: 0)
        while let element = try walk.nextElement(array) { try body(element) }
    }

    /// Calls `body` with the name and the range of the value of each member of an object, in order.
    ///
    /// - Throws: `.duplicateName` for a repeated name, `.typeMismatch` for any other value, or the error of `body`.
    package static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        guard map.count > 0, map[0] == Byte.openBrace else { throw mismatch("an object", map) }
        var names = JSONNames()
        var walk = JSONContainerWalk(map, from: 0)
        while let (name, value) = try walk.nextMember(map) {
            let text = try string(between: name, in: map)
            guard names.insert(name, in: map) else { throw .duplicate(text) }
            try body(text, value)
        }
    }

    /// Returns the range of each parameter in arguments: an array, an object, `null` or no text at all.
    package static func locateArguments(
        _ arguments: Span<UInt8>,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges {
        let start = arguments.afterWhitespace(from: 0)
        guard start < arguments.count else { return ArgumentRanges() }
        switch arguments[start] {
        case Byte.openBracket: return try locatePositional(arguments, from: start, for: parameters)
        case Byte.openBrace: return try locateNamed(arguments, from: start, for: parameters)
        case UInt8(ascii: "n"): return ArgumentRanges()
        default: throw mismatch("an array or an object of arguments", arguments)
        }
    }

    /// Returns the ranges of the elements of an array.
    private static func locatePositional(
        _ arguments: Span<UInt8>,
        from start: Int,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges {
        var ranges = ArgumentRanges()
        var walk = JSONContainerWalk(arguments, from: start)
        // More arguments than parameters are an error, rather than ignored: the client expects them to matter.
        let limit = min(parameters.names.count, ArgumentRanges.maximumCount)
        var index = 0
        while let element = try walk.nextElement(arguments) {
            guard index < limit else { throw try tooMany(&walk, arguments, index &+ 1, parameters) }
            ranges[index] = element
            index &+= 1
        }
        return ranges
    }

    /// Returns the error for more elements than there are parameters, after counting the rest of them.
    @inline(never)
    private static func tooMany(
        _ walk: inout JSONContainerWalk,
        _ arguments: Span<UInt8>,
        _ count: Int,
        _ parameters: ParameterList
    ) throws(PayloadError) -> PayloadError {
        var count = count
        while try walk.nextElement(arguments) != nil { count += 1 }
        return parameters.tooMany(count)
    }

    /// Returns the ranges of the members of an object, in the order of the parameters.
    private static func locateNamed(
        _ arguments: Span<UInt8>,
        from start: Int,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges {
        var ranges = ArgumentRanges()
        var walk = JSONContainerWalk(arguments, from: start)
        while let (name, value) = try walk.nextMember(arguments) {
            guard let index = index(ofName: name, in: arguments, for: parameters), index < ArgumentRanges.maximumCount
            else {
                throw parameters.unexpected(try string(between: name, in: arguments))
            }
            guard ranges.isMissing(index) else { throw parameters.repeated(try string(between: name, in: arguments)) }
            ranges[index] = value
        }
        return ranges
    }

    /// Returns the index of the parameter with a name, or `nil` for an unknown one.
    private static func index(
        ofName name: Range<Int>,
        in arguments: Span<UInt8>,
        for parameters: ParameterList
    ) -> Int? {
        let text = arguments.extracting(name)
        guard hasEscape(text) else { return parameters.index(of: text) }
        return JSONEscape.decoded(text).flatMap { parameters.index(of: $0.span) }
    }
}
