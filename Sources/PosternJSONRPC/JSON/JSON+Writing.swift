package import Postern

extension JSON {
    /// Appends `null`.
    package static func writeNull(into output: inout [UInt8]) { output.append(text: "null") }

    /// Appends `true` or `false`.
    package static func write(_ value: Bool, into output: inout [UInt8]) {
        output.append(text: value ? "true" : "false")
    }

    /// Appends an integer.
    package static func write(_ value: Int64, into output: inout [UInt8]) {
        if value < 0 { output.append(Byte.minus) }
        write(value.magnitude, into: &output)
    }

    /// Appends an integer.
    package static func write(_ value: UInt64, into output: inout [UInt8]) {
        if value < 10 { return output.append(Byte.zero &+ UInt8(truncatingIfNeeded: value)) }
        // Digits are computed from the last to the first, on the stack: the largest integer has 20.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = value
        repeat {
            start &-= 1
            let quotient = rest / 10
            digits[start] = Byte.zero &+ UInt8(truncatingIfNeeded: rest &- quotient &* 10)
            rest = quotient
        } while rest > 0
        output.append(addingCapacity: 20 - start) { target in
            for index in start..<20 { target.append(digits[index]) }
        }
    }

    /// Appends the shortest number that reads back to the same value; integers below 2^53 have no fraction.
    ///
    /// - Throws: `.notEncodable` for NaN and the infinities.
    package static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError) {
        guard value.isFinite else { throw PayloadError(.notEncodable, "JSON has no form for \(value)") }
        // Minus zero is written by the last line, as an integer would lose its sign.
        if value.magnitude < 0x1p53, let integer = Int64(exactly: value), integer != 0 || value.sign == .plus {
            return write(integer, into: &output)
        }
        output.append(copying: value.description.utf8.span)
    }

    /// Appends a string, with only those escapes that RFC 8259 requires.
    package static func write(_ value: String, into output: inout [UInt8]) {
        write(text: value.utf8.span, into: &output)
    }

    /// Appends the opening bracket of an array.
    package static func beginArray(into output: inout [UInt8]) -> ContainerMark { begin(Byte.openBracket, &output) }

    /// Appends the comma before an element, unless it is the first.
    package static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8]) {
        if mark.count > 0 { output.append(Byte.comma) }
        mark.count += 1
    }

    /// Appends the closing bracket of an array.
    package static func endArray(_ mark: ContainerMark, into output: inout [UInt8]) { output.append(Byte.closeBracket) }

    /// Appends the opening brace of an object.
    package static func beginMap(into output: inout [UInt8]) -> ContainerMark { begin(Byte.openBrace, &output) }

    /// Appends the name of a member and its colon, with a comma before all but the first.
    package static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8]) {
        nextElement(&mark, into: &output)
        write(name, into: &output)
        output.append(Byte.colon)
    }

    /// Appends the closing brace of an object.
    package static func endMap(_ mark: ContainerMark, into output: inout [UInt8]) { output.append(Byte.closeBrace) }

    /// Appends the opening bracket of positional arguments, or the opening brace of named ones.
    package static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark {
        begin(named ? Byte.openBrace : Byte.openBracket, &output)
    }

    /// Appends the closing bracket of positional arguments, or the closing brace of named ones.
    package static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8]) {
        output.append(named ? Byte.closeBrace : Byte.closeBracket)
    }

    private static func begin(_ opening: UInt8, _ output: inout [UInt8]) -> ContainerMark {
        let mark = ContainerMark(start: output.count)
        output.append(opening)
        return mark
    }
}
