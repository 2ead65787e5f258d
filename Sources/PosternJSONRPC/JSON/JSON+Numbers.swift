public import Postern

extension JSON {
    /// Reads an integer exactly: digits, a string of digits, or a fraction and exponent that come out whole.
    public static func readInt64(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        if let small = smallInteger(value) { return small }
        let (isNegative, magnitude) = try integer(value)
        if isNegative {
            guard magnitude <= Int64.min.magnitude else { throw outOfRange(value) }
            return 0 &- Int64(truncatingIfNeeded: magnitude)
        }
        guard let result = Int64(exactly: magnitude) else { throw outOfRange(value) }
        return result
    }

    /// Reads an integer that is not negative, exactly.
    public static func readUInt64(_ value: Span<UInt8>) throws(PayloadError) -> UInt64 {
        let (isNegative, magnitude) = try integer(value)
        guard !isNegative || magnitude == 0 else { throw outOfRange(value) }
        return magnitude
    }

    /// Reads the `Double` nearest to the number.
    public static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
        guard let number = JSONNumber(value) else { throw mismatch("a number", value) }
        if let result = number.fastDouble { return result }
        guard let result = JSONNumber.slowDouble(value), result.isFinite else { throw outOfRange(value) }
        return result
    }

    /// The value of up to 18 plain digits, which is what nearly every integer is.
    @inline(__always)
    private static func smallInteger(_ value: Span<UInt8>) -> Int64? {
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

    /// An integer of any spelling: digits, digits as text, or a fraction and exponent that come out whole.
    private static func integer(_ value: Span<UInt8>) throws(PayloadError) -> (isNegative: Bool, magnitude: UInt64) {
        let isText = value.count >= 2 && value[0] == Byte.quote && value[value.count - 1] == Byte.quote
        let range = isText ? 1..<value.count - 1 : 0..<value.count
        guard let number = JSONNumber(value.extracting(range)), !(isText && !isPlainInteger(value.extracting(range)))
        else { throw mismatch("an integer", value) }
        if number.hasFraction { throw PayloadError(.typeMismatch, "expected an integer, found a fraction") }
        guard let magnitude = number.integerMagnitude else { throw outOfRange(value) }
        return (number.isNegative, magnitude)
    }

    private static func isPlainInteger(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !text[index].isDigit && !(index == 0 && text[0] == Byte.minus) { return false }
        return true
    }

    private static func outOfRange(_ value: Span<UInt8>) -> PayloadError {
        let shown = String(copying: value.extracting(0..<min(value.count, 40)))
        return PayloadError(.outOfRange, "the number \(shown) does not fit the type")
    }
}
