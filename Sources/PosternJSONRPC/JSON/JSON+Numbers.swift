package import Postern

extension JSON {
    /// Reads an integer.
    ///
    /// Accepted are numbers that are 64-bit integers in any spelling, such as `1e2`; strings of digits; and numbers
    /// whose nearest `Double` is an integer of at most 2^53.
    package static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        if let small = smallInteger(value) { return small }
        let (isNegative, magnitude) = try integer(value)
        if isNegative {
            guard magnitude <= Int64.min.magnitude else { throw .outOfRange(Int64.self) }
            // Also right for `Int64.min`, whose magnitude does not fit into an `Int64`.
            return 0 &- Int64(truncatingIfNeeded: magnitude)
        }
        guard let result = Int64(exactly: magnitude) else { throw .outOfRange(Int64.self) }
        return result
    }

    /// Reads an integer that is not negative, in the same forms as ``readInt64(_:)``.
    package static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64 {
        if let small = smallInteger(value), small >= 0 { return UInt64(truncatingIfNeeded: small) }
        let (isNegative, magnitude) = try integer(value)
        guard !isNegative || magnitude == 0 else { throw .outOfRange(UInt64.self) }
        return magnitude
    }

    /// Reads a number as the nearest `Double`.
    ///
    /// - Throws: `.outOfRange` for a number beyond the range of a `Double`.
    package static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
        guard let number = JSONNumber(value) else { throw mismatch("a number", value) }
        if let result = number.fastDouble { return result }
        guard let result = JSONNumber.slowDouble(value), result.isFinite else {
            throw JSONDefect.numberTooLarge.payloadError
        }
        return result
    }

    /// Returns the value of at most 18 bytes of digits and sign, or `nil` for any other text.
    ///
    /// Nearly every integer has this form, and 18 digits cannot overflow.
    @inline(__always)
    static func smallInteger(_ value: Span<UInt8>) -> Int64? {
        guard value.count > 0, value.count <= 18 else { return nil }
        let isNegative = value[0] == Byte.minus
        var position = isNegative ? 1 : 0
        guard position < value.count else { return nil }
        var result: Int64 = 0
        while position < value.count {
            let digit = value[position] &- Byte.zero
            guard digit < 10 else { return nil }
            result = result &* 10 &+ Int64(digit)
            position &+= 1
        }
        return isNegative ? 0 &- result : result
    }

    /// Returns the sign and magnitude of an integer in any spelling.
    private static func integer(_ value: Span<UInt8>) throws(PayloadError) -> (isNegative: Bool, magnitude: UInt64) {
        if value.count > 0, value[0] == Byte.quote { return try integer(inText: value) }
        guard let number = JSONNumber(value) else { throw mismatch("an integer", value) }
        if let magnitude = number.integerMagnitude { return (number.isNegative, magnitude) }
        let nearest: Int64 = try WholeNumber.read(try readDouble(value))
        return (nearest < 0, nearest.magnitude)
    }

    /// Returns the sign and magnitude of an integer in a string, for clients whose numbers are exact only up to 2^53.
    private static func integer(inText value: Span<UInt8>) throws(PayloadError) -> (isNegative: Bool, magnitude: UInt64)
    {
        let digits = Array(try readString(value).utf8)
        guard let number = JSONNumber(digits.span), isPlainInteger(digits.span) else {
            throw mismatch("an integer", value)
        }
        guard let magnitude = number.integerMagnitude else { throw .outOfRange(Int64.self) }
        return (number.isNegative, magnitude)
    }

    /// Whether text has only digits after an optional sign; `1.0` and `1e2` are integers only as numbers.
    private static func isPlainInteger(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !text[index].isDigit && !(index == 0 && text[0] == Byte.minus) { return false }
        return true
    }
}

extension JSON: NumeralCodec {
    /// Returns the text of a number, or of a string that holds one, without loss of digits.
    package static func readNumeral(_ value: Span<UInt8>) throws(PayloadError) -> String {
        switch try kind(of: value) {
        case .integer, .double: return String(copying: value)
        case .string: return try readString(value)
        case let kind: throw .expected("a number", found: kind.phrase)
        }
    }

    /// Appends the text of a number, which must be valid JSON.
    package static func write(numeral: String, into output: inout [UInt8]) { output += numeral.utf8 }
}
