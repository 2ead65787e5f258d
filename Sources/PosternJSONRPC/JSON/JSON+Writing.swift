package import Postern

extension JSON {
    /// Appends `null`.
    package static func writeNull(into output: inout [UInt8]) { output.append(text: "null") }

    /// Appends `true` or `false`.
    package static func write(_ value: Bool, into output: inout [UInt8]) {
        output.append(text: value ? "true" : "false")
    }

    /// Appends digits.
    package static func write(_ value: Int64, into output: inout [UInt8]) {
        if value < 0 { output.append(Byte.minus) }
        write(value.magnitude, into: &output)
    }

    /// Appends digits.
    package static func write(_ value: UInt64, into output: inout [UInt8]) {
        if value < 10 { return output.append(Byte.zero &+ UInt8(truncatingIfNeeded: value)) }
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

    /// Appends the shortest number that reads back to the same value; whole numbers below 2^53 have no fraction.
    package static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError) {
        guard value.isFinite else { throw PayloadError(.notEncodable, "JSON has no form for \(value)") }
        if value.magnitude < 0x1p53, let integer = Int64(exactly: value), integer != 0 || value.sign == .plus {
            return write(integer, into: &output)
        }
        output.append(copying: value.description.utf8.span)
    }

    /// Appends text with the escapes that RFC 8259 demands and no others.
    package static func write(_ value: String, into output: inout [UInt8]) {
        write(text: value.utf8.span, into: &output)
    }

    /// Begins an array.
    package static func beginArray(into output: inout [UInt8]) -> ContainerMark { begin(Byte.openBracket, &output) }

    /// Appends the comma before an element.
    package static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8]) {
        if mark.count > 0 { output.append(Byte.comma) }
        mark.count += 1
    }

    /// Ends the array.
    package static func endArray(_ mark: ContainerMark, into output: inout [UInt8]) { output.append(Byte.closeBracket) }

    /// Begins an object.
    package static func beginMap(into output: inout [UInt8]) -> ContainerMark { begin(Byte.openBrace, &output) }

    /// Appends a name and its colon.
    package static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8]) {
        nextElement(&mark, into: &output)
        write(name, into: &output)
        output.append(Byte.colon)
    }

    /// Ends the object.
    package static func endMap(_ mark: ContainerMark, into output: inout [UInt8]) { output.append(Byte.closeBrace) }

    /// Begins an array, or an object for named arguments.
    package static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark {
        begin(named ? Byte.openBrace : Byte.openBracket, &output)
    }

    /// Ends the array or the object.
    package static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8]) {
        output.append(named ? Byte.closeBrace : Byte.closeBracket)
    }

    private static func begin(_ opening: UInt8, _ output: inout [UInt8]) -> ContainerMark {
        let mark = ContainerMark(start: output.count)
        output.append(opening)
        return mark
    }
}
