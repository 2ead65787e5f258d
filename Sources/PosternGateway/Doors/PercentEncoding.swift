import Postern

/// Percent-encoding in paths and queries (RFC 3986 section 2.1).
enum PercentEncoding {
    /// Returns a text with its percent-encoding decoded once.
    ///
    /// - Parameters:
    ///   - text: The encoded text.
    ///   - plusIsSpace: Whether `+` encodes a space, as in the queries of HTML forms.
    /// - Returns: The decoded text.
    /// - Throws: `.malformed` for a percent sign without two digits, and for bytes that are not UTF-8.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) throws(PayloadError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
                    throw PayloadError(.malformed, "A percent sign has no two digits behind it in: \(text.prefix(200))")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw PayloadError(.malformed, "What is percent-encoded is not UTF-8 in: \(text.prefix(200))")
        }
        return decoded
    }
}

extension UInt8 {
    /// The value of the byte as a hexadecimal digit; `nil` for any other byte.
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
