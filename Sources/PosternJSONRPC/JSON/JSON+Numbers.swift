package import Postern

extension JSON {
    /// Reads an integer: a whole number of 64 bits exactly, however it is spelled; a string of digits; or a number whose
    /// nearest `Double` is whole and at most 2^53.
    package static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        if let small = smallInteger(value) { return small }
        let (isNegative, magnitude) = try integer(value)
        if isNegative {
            guard magnitude <= Int64.min.magnitude else { throw .outOfRange(Int64.self) }
            return 0 &- Int64(truncatingIfNeeded: magnitude)
        }
        guard let result = Int64(exactly: magnitude) else { throw .outOfRange(Int64.self) }
        return result
    }

    /// Reads an integer that is not negative, as ``readInt64(_:)``.
    package static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64 {
        if let small = smallInteger(value), small >= 0 { return UInt64(truncatingIfNeeded: small) }
        let (isNegative, magnitude) = try integer(value)
        guard !isNegative || magnitude == 0 else { throw .outOfRange(UInt64.self) }
        return magnitude
    }

    /// Reads the `Double` nearest to the number.
    package static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
        guard let number = JSONNumber(value) else { throw mismatch("a number", value) }
        if let result = number.fastDouble { return result }
        guard let result = JSONNumber.slowDouble(value), result.isFinite else {
            throw JSONDefect.numberTooLarge.payloadError
        }
        return result
    }

    /// The value of up to 18 plain digits, which is what nearly every integer is.
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

    /// An integer of any spelling.
    private static func integer(_ value: Span<UInt8>) throws(PayloadError) -> (isNegative: Bool, magnitude: UInt64) {
        if value.count > 0, value[0] == Byte.quote { return try integer(inText: value) }
        guard let number = JSONNumber(value) else { throw mismatch("an integer", value) }
        if let magnitude = number.integerMagnitude { return (number.isNegative, magnitude) }
        let nearest: Int64 = try WholeNumber.read(try readDouble(value))
        return (nearest < 0, nearest.magnitude)
    }

    private static func integer(inText value: Span<UInt8>) throws(PayloadError) -> (isNegative: Bool, magnitude: UInt64)
    {
        let digits = Array(try readString(value).utf8)
        guard let number = JSONNumber(digits.span), isPlainInteger(digits.span) else {
            throw mismatch("an integer", value)
        }
        guard let magnitude = number.integerMagnitude else { throw .outOfRange(Int64.self) }
        return (number.isNegative, magnitude)
    }

    private static func isPlainInteger(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !text[index].isDigit && !(index == 0 && text[0] == Byte.minus) { return false }
        return true
    }
}

extension JSON: NumeralCodec {
    package static func readNumeral(_ value: Span<UInt8>) throws(PayloadError) -> String {
        switch try kind(of: value) {
        case .integer, .double: return String(copying: value)
        case .string: return try readString(value)
        case let kind: throw .expected("a number", found: kind.phrase)
        }
    }

    package static func write(numeral: String, into output: inout [UInt8]) { output += numeral.utf8 }
}
