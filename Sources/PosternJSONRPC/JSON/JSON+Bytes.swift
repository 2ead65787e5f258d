public import Postern

extension JSON {
    /// Reads base64 text.
    public static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8] {
        let text = value.extracting(try contents(of: value, expected: "base64 text"))
        guard
            let bytes = hasEscape(text)
                ? JSONEscape.decoded(text).flatMap({ Base64.decode($0.span) }) : Base64.decode(text)
        else { throw PayloadError(.typeMismatch, "expected base64 text with padding") }
        return bytes
    }

    /// Appends base64 text.
    public static func write(bytes: Span<UInt8>, into output: inout [UInt8]) {
        output.append(Byte.quote)
        Base64.encode(bytes, into: &output)
        output.append(Byte.quote)
    }
}

/// Base64 (RFC 4648 section 4), padding demanded.
private enum Base64 {
    static func encode(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
        var position = 0
        while bytes.count - position >= 3 {
            let group = UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2])
            output.append(addingCapacity: 4) { target in
                target.append(letter(group >> 18))
                target.append(letter(group >> 12 & 63))
                target.append(letter(group >> 6 & 63))
                target.append(letter(group & 63))
            }
            position += 3
        }
        guard position < bytes.count else { return }
        let isPair = bytes.count - position == 2
        let group = UInt32(bytes[position]) << 16 | (isPair ? UInt32(bytes[position + 1]) << 8 : 0)
        output.append(letter(group >> 18 & 63))
        output.append(letter(group >> 12 & 63))
        output.append(isPair ? letter(group >> 6 & 63) : UInt8(ascii: "="))
        output.append(UInt8(ascii: "="))
    }

    /// - Returns: `nil` for a length that is no multiple of four, a foreign letter, or bits left over.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        guard text.count > 0 else { return [] }
        var padding = 0
        while padding < 2, text[text.count - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        for position in 0..<text.count - padding {
            guard let value = value(of: text[position]) else { return nil }
            group = group << 6 | value
            if position % 4 == 3 {
                output.append(UInt8(truncatingIfNeeded: group >> 16))
                output.append(UInt8(truncatingIfNeeded: group >> 8))
                output.append(UInt8(truncatingIfNeeded: group))
                group = 0
            }
        }
        switch padding {
        case 1 where group & 3 == 0:
            output.append(UInt8(truncatingIfNeeded: group >> 10))
            output.append(UInt8(truncatingIfNeeded: group >> 2))
        case 2 where group & 15 == 0: output.append(UInt8(truncatingIfNeeded: group >> 4))
        case 0: break
        default: return nil
        }
        return output
    }

    private static func letter(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: Byte.zero + value - 52
        case 62: Byte.plus
        default: Byte.slash
        }
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
        case Byte.zero...Byte.nine: UInt32(letter - Byte.zero) + 52
        case Byte.plus: 62
        case Byte.slash: 63
        default: nil
        }
    }
}
