internal import Postern

/// The sign, digits and exponent of a JSON number: ±`digits` × 10^`exponent`.
struct JSONNumber {
    private(set) var isNegative = false
    /// The significant digits, without trailing zeros.
    private(set) var digits: UInt64 = 0
    private(set) var exponent = 0
    /// Whether all digits fit into 64 bits; if not, `digits` has no meaning.
    private(set) var isExact = true

    /// Parses a number; `nil` for any other text.
    init?(_ bytes: Span<UInt8>) {
        var position = 0
        if bytes.count > 0, bytes[0] == Byte.minus {
            isNegative = true
            position = 1
        }
        // Zeros are counted and not multiplied until another digit follows: 1000 and 1e3 have the same digits.
        var zeros = 0
        let integer = position
        position = readDigits(bytes, from: position, zeros: &zeros)
        guard position > integer else { return nil }
        if position < bytes.count, bytes[position] == Byte.dot {
            let fraction = position &+ 1
            position = readDigits(bytes, from: fraction, zeros: &zeros)
            guard position > fraction else { return nil }
            exponent = fraction &- position
        }
        exponent &+= zeros
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            guard let end = readExponent(bytes, from: position &+ 1) else { return nil }
            position = end
        }
        guard position == bytes.count else { return nil }
    }

    /// The magnitude, if the number is an integer of at most 64 bits; otherwise `nil`.
    var integerMagnitude: UInt64? {
        guard isExact, exponent >= 0 else { return digits == 0 && isExact ? 0 : nil }
        var value = digits
        guard value != 0 else { return 0 }
        // 10^20 overflows any digits, so that an exponent of a billion costs 20 steps at most.
        for _ in 0..<min(exponent, 20) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return exponent > 20 ? nil : value
    }

    /// Whether the number is an integer that `Int64` or `UInt64` holds; minus zero is not.
    var isInteger: Bool {
        guard let magnitude = integerMagnitude else { return false }
        return !isNegative || (magnitude != 0 && magnitude <= Int64.min.magnitude)
    }

    /// The nearest `Double`, if one multiplication or division computes it (Clinger's fast path); otherwise `nil`.
    ///
    /// Digits up to 2^53 and powers of ten up to 10^22 are exact, so that there is only one rounding.
    var fastDouble: Double? {
        guard isExact, digits <= 1 << 53, -22...22 ~= exponent else { return nil }
        let magnitude = Double(digits)
        let scale = Self.power(exponent.magnitude)
        let value = exponent < 0 ? magnitude / scale : magnitude * scale
        return isNegative ? -value : value
    }

    /// Returns the nearest `Double`, parsed by the standard library.
    static func slowDouble(_ bytes: Span<UInt8>) -> Double? {
        Double(String(copying: bytes))
    }

    /// Returns a power of ten, which is exact for exponents up to 22.
    private static func power(_ exponent: UInt) -> Double {
        var value = 1.0
        for _ in 0..<exponent { value *= 10 }
        return value
    }

    /// Reads digits.
    ///
    /// - Returns: The offset after the last digit.
    private mutating func readDigits(_ bytes: Span<UInt8>, from start: Int, zeros: inout Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position].isDigit {
            let digit = bytes[position] &- Byte.zero
            position &+= 1
            if digit == 0 {
                if digits != 0 { zeros &+= 1 }
            } else {
                push(digit, zeros: zeros)
                zeros = 0
            }
        }
        return position
    }

    /// Appends the zeros counted before a digit, and the digit.
    private mutating func push(_ digit: UInt8, zeros: Int) {
        guard isExact else { return }
        for _ in 0...min(zeros, 20) {
            let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
            if overflow { isExact = false }
            digits = product
        }
        let (sum, overflow) = digits.addingReportingOverflow(UInt64(digit))
        if overflow || (zeros > 20 && digits != 0) { isExact = false }
        digits = sum
    }

    /// Adds the exponent of the text.
    ///
    /// - Returns: The offset after the last digit, or `nil` without any.
    private mutating func readExponent(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var position = start
        let isNegative = position < bytes.count && bytes[position] == Byte.minus
        if isNegative || (position < bytes.count && bytes[position] == Byte.plus) { position &+= 1 }
        let first = position
        var value = 0
        while position < bytes.count, bytes[position].isDigit {
            // Capped, as any number of digits may follow.
            value = min(value &* 10 &+ Int(bytes[position] &- Byte.zero), 1_000_000_000)
            position &+= 1
        }
        exponent &+= isNegative ? -value : value
        return position > first ? position : nil
    }
}
