package import Postern

extension JSON {
    /// Reads bytes from base64 text (RFC 4648 section 4), with padding.
    package static func readBytes(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8] {
        let text = value.extracting(try contents(of: value, expected: PayloadError.bytesPhrase))
        guard
            let bytes = hasEscape(text)
                ? JSONEscape.decoded(text).flatMap({ Base64.decode($0.span) }) : Base64.decode(text)
        else { throw PayloadError.noBase64 }
        return bytes
    }

    /// Appends bytes as base64 text, with padding.
    package static func write(bytes: Span<UInt8>, into output: inout [UInt8]) {
        output.append(Byte.quote)
        Base64Text.append(bytes, into: &output)
        output.append(Byte.quote)
    }
}

/// An encoder for base64 (RFC 4648 section 4) with padding.
private enum Base64Text {
    static func append(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
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

    /// Returns the letter for the six lowest bits of a value below 64.
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
}
