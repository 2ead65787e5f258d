internal import Postern

/// Functions that read the escapes of strings.
enum JSONEscape {
    /// Returns the character of a `\u` escape or of a surrogate pair of them, and its size in bytes.
    ///
    /// - Returns: `nil` for invalid digits, and for a surrogate without its other half.
    static func scalar(_ bytes: Span<UInt8>, at start: Int) -> (value: Unicode.Scalar, length: Int)? {
        guard let first = unit(bytes, at: start) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (scalar, unitLength) }
        guard first < 0xDC00, let second = unit(bytes, at: start &+ unitLength), 0xDC00...0xDFFF ~= second else {
            return nil
        }
        // The pair holds the 20 bits of the value above U+FFFF, ten in each half.
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(value).map { ($0, 2 * unitLength) }
    }

    /// The size of a `\u` escape, in bytes.
    static let unitLength = 6

    /// Returns the UTF-16 code unit of a `\u` escape, or `nil` for any other text.
    static func unit(_ bytes: Span<UInt8>, at start: Int) -> UInt16? {
        guard bytes.count &- start >= unitLength, bytes[start] == Byte.backslash, bytes[start &+ 1] == UInt8(ascii: "u")
        else { return nil }
        var value: UInt16 = 0
        for offset in 2..<unitLength {
            guard let digit = bytes[start &+ offset].hexadecimalValue else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    /// Returns the byte of a one-letter escape, or `nil` for any other letter.
    static func byte(for letter: UInt8) -> UInt8? {
        switch letter {
        case Byte.quote, Byte.backslash, Byte.slash: letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Returns the text between two quotes with its escapes replaced, or `nil` if an escape is malformed.
    static func decoded(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let run = position
            while position < text.count, text[position] != Byte.backslash { position &+= 1 }
            output.append(copying: text.extracting(run..<position))
            if position == text.count { break }
            guard position &+ 1 < text.count else { return nil }
            if let byte = byte(for: text[position &+ 1]) {
                output.append(byte)
                position &+= 2
            } else {
                guard let scalar = scalar(text, at: position) else { return nil }
                output.append(contentsOf: Unicode.UTF8.encode(scalar.value) ?? .init())
                position &+= scalar.length
            }
        }
        return output
    }
}
