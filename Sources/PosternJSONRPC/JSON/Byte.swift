internal import Postern

/// The ASCII bytes of JSON's syntax.
enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let slash = UInt8(ascii: "/")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let dot = UInt8(ascii: ".")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let space = UInt8(ascii: " ")
}

extension UInt8 {
    /// Whether this byte is a decimal digit.
    @inline(__always)
    var isDigit: Bool { self &- Byte.zero < 10 }

    /// Whether this byte is white space in JSON.
    @inline(__always)
    var isWhitespace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }

    /// Whether this byte is ASCII and appears in a string without an escape.
    @inline(__always)
    var isPlainText: Bool { self &- 0x20 < 0x60 && self != Byte.quote && self != Byte.backslash }

    /// 0 for plain text, and 1 for any other byte.
    ///
    /// Computed without branches, so that the compiler vectorises loops over it.
    @inline(__always)
    var specialMark: UInt8 {
        let isControlOrForeign: UInt8 = self &- 0x20 < 0x60 ? 0 : 1
        let isQuote: UInt8 = self == Byte.quote ? 1 : 0
        let isBackslash: UInt8 = self == Byte.backslash ? 1 : 0
        return isControlOrForeign | isQuote | isBackslash
    }

    /// The value of a hexadecimal digit, or `nil` for any other byte.
    var hexadecimalValue: UInt16? {
        switch self {
        case Byte.zero...Byte.nine: UInt16(self &- Byte.zero)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(self &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(self &- UInt8(ascii: "A") &+ 10)
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// Returns the first offset at or after `start` whose byte is not white space.
    @inline(__always)
    func afterWhitespace(from start: Int) -> Int {
        var position = start
        while position < count, self[position].isWhitespace { position &+= 1 }
        return position
    }

    /// Returns the first offset at or after `start` whose byte is not plain text.
    ///
    /// Text is compared eight bytes at a time, and in larger blocks after the first 16 bytes.
    @inline(__always)
    func afterPlainText(from start: Int) -> Int {
        var position = start
        while count &- position >= 8 {
            let special = specialBits(at: position)
            if special != 0 { return position &+ special.trailingZeroBitCount >> 3 }
            position &+= 8
            if position &- start == 16 { position = afterPlainBlocks(from: position) }
        }
        while position < count, self[position].isPlainText { position &+= 1 }
        return position
    }

    /// Returns a word with the highest bit of each byte set that is not plain text; only the lowest set bit is exact.
    ///
    /// The usual test for a zero byte in a word: a subtraction borrows from a higher byte only if a lower one matches,
    /// so that false matches are always above a true one.
    @inline(__always)
    private func specialBits(at position: Int) -> UInt64 {
        let word = word(at: position)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(Byte.quote))
        let backslashes = word ^ (ones &* UInt64(Byte.backslash))
        let controls = (word &- ones &* 0x20) & ~word
        let matches = controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | word
        return matches & (ones &* 0x80)
    }

    /// Returns eight bytes as a little-endian word.
    ///
    /// - Precondition: At least eight bytes follow `position`.
    @inline(__always)
    func word(at position: Int) -> UInt64 {
        // Extracted first, so that one bounds check covers all eight bytes.
        let bytes = extracting(position..<position &+ 8)
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[index]) &<< UInt64(truncatingIfNeeded: 8 &* index) }
        return word
    }

    /// Returns the offset after the blocks of 32 bytes at `start` that are plain text only.
    @inline(never)
    private func afterPlainBlocks(from start: Int) -> Int {
        var position = start
        while count &- position >= 32 {
            let block = extracting(position..<position &+ 32)
            var special: UInt8 = 0
            for index in 0..<32 { special |= block[index].specialMark }
            if special != 0 { return position }
            position &+= 32
        }
        return position
    }
}
