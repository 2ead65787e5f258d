extension JSONScanner {
    /// Checks the number at an offset.
    ///
    /// - Returns: The offset after its last byte. The byte there is not checked.
    @inline(__always)
    mutating func endOfNumber(_ bytes: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        let digits = bytes[start] == Byte.minus ? start &+ 1 : start
        let position = Self.endOfDigits(bytes, from: digits)
        if position == digits { throw .malformed(at: position) }
        if position > digits &+ 1, bytes[digits] == Byte.zero { throw .malformed(at: digits) }
        if position < bytes.count, bytes[position] == Byte.dot || bytes[position] | 0x20 == UInt8(ascii: "e") {
            return try endOfFraction(bytes, from: start, integerEnd: position)
        }
        if position &- digits > Self.safeMagnitude { noteSize(bytes.extracting(start..<position)) }
        return position
    }

    /// The number of digits before the point, plus the exponent, up to which a number is finite as a `Double` (10^308).
    private static let safeMagnitude = 300

    @inline(__always)
    private static func endOfDigits(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position].isDigit { position &+= 1 }
        return position
    }

    /// Checks the fraction and the exponent after an integer part.
    private mutating func endOfFraction(
        _ bytes: Span<UInt8>,
        from start: Int,
        integerEnd: Int
    ) throws(JSONFault) -> Int {
        var position = integerEnd
        if bytes[position] == Byte.dot {
            position = Self.endOfDigits(bytes, from: integerEnd &+ 1)
            if position == integerEnd &+ 1 { throw .malformed(at: position) }
        }
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else {
            if integerEnd &- start > Self.safeMagnitude { noteSize(bytes.extracting(start..<position)) }
            return position
        }
        position &+= 1
        let isNegative = position < bytes.count && bytes[position] == Byte.minus
        if isNegative || position < bytes.count && bytes[position] == Byte.plus { position &+= 1 }
        let digits = position
        position = Self.endOfDigits(bytes, from: digits)
        if position == digits { throw .malformed(at: position) }
        // Parsing takes 100 times as long as scanning, so only numbers that may be infinite are parsed.
        let added = isNegative ? 0 : Self.exponent(bytes.extracting(digits..<position))
        if integerEnd &- start &+ added > Self.safeMagnitude { noteSize(bytes.extracting(start..<position)) }
        return position
    }

    /// Returns the value of the digits of an exponent, which is above every magnitude if they are many.
    private static func exponent(_ digits: Span<UInt8>) -> Int {
        guard digits.count < 9 else { return 1_000_000_000 }
        var value = 0
        for index in digits.indices { value = 10 &* value &+ Int(digits[index] &- Byte.zero) }
        return value
    }

    /// Notes a number beyond the range of a `Double`.
    private mutating func noteSize(_ number: Span<UInt8>) {
        // One of them decides about the message.
        guard !notes.contains(.numberTooLarge) else { return }
        if JSONNumber.slowDouble(number)?.isFinite != true { notes.insert(.numberTooLarge) }
    }
}
