extension JSONScanner {
    /// Checks a string from the offset after its opening quote; returns the offset after the closing one.
    mutating func endOfString(_ bytes: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        var position = bytes.afterPlainText(from: start)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == Byte.quote { return position &+ 1 }
            if byte == Byte.backslash {
                position = try endOfEscape(bytes, from: position)
            } else {
                repeat {
                    position = try Self.endOfCharacter(bytes, from: position)
                } while position < bytes.count && bytes[position] >= 0x80
            }
            position = bytes.afterPlainText(from: position)
        }
        throw .malformed(at: position)
    }

    /// Checks the escape at an offset, or a surrogate pair of two; returns the offset after it.
    private mutating func endOfEscape(_ bytes: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        notes.insert(.escape)
        guard start &+ 1 < bytes.count else { throw .malformed(at: bytes.count) }
        switch bytes[start &+ 1] {
        case Byte.quote, Byte.backslash, Byte.slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start &+ 2
        case UInt8(ascii: "u"):
            if let scalar = JSONEscape.scalar(bytes, at: start) { return start &+ scalar.length }
            guard JSONEscape.unit(bytes, at: start) != nil else { throw .malformed(at: start) }
            // Valid by the grammar of JSON (RFC 8259 section 8.2): noted, and refused after the scan.
            notes.insert(.halfCharacter)
            return start &+ JSONEscape.unitLength
        default: throw .malformed(at: start &+ 1)
        }
    }

    /// Checks one character of several bytes (RFC 3629); returns the offset after it.
    private static func endOfCharacter(_ bytes: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        let first = bytes[start]
        let length: Int
        // The range of the second byte excludes overlong forms, surrogates and values above U+10FFFF.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw .malformed(at: start)
        }
        guard bytes.count &- start >= length, second.contains(bytes[start &+ 1]) else { throw .malformed(at: start) }
        for offset in 2..<max(length, 2) where bytes[start &+ offset] & 0xC0 != 0x80 { throw .malformed(at: start) }
        return start &+ length
    }
}
