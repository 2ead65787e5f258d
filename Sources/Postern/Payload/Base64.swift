/// Base64 text (RFC 4648, section 4) with mandatory padding.
package enum Base64 {
    /// Returns the decoded bytes, or `nil` if the text is not canonical base64.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        for group in stride(from: 0, to: text.count, by: 4) {
            let isLast = group + 4 == text.count
            let padding = isLast ? self.padding(text, at: group) : 0
            var bits: UInt32 = 0
            for step in 0..<4 - padding {
                guard let digit = digit(text[group + step]) else { return nil }
                bits |= digit << UInt32(18 - 6 * step)
            }
            // The unused bits of the last digit must be zero, so that each byte sequence has exactly one encoding.
            guard bits & (0xff_ffff >> UInt32(8 * (3 - padding))) == 0 || padding == 0 else { return nil }
            for step in 0..<3 - padding { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * step))) }
        }
        return bytes
    }

    private static func padding(_ text: Span<UInt8>, at group: Int) -> Int {
        guard text[group + 3] == UInt8(ascii: "=") else { return 0 }
        return text[group + 2] == UInt8(ascii: "=") ? 2 : 1
    }

    private static func digit(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
