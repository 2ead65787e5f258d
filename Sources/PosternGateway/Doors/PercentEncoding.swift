import Postern

/// Percent-encoding in paths and queries (RFC 3986 section 2.1).
enum PercentEncoding {
    /// Decodes a text once.
    ///
    /// - Parameters:
    ///   - text: As it came.
    ///   - plusIsSpace: Whether `+` is a space, as it is in the queries that forms send.
    /// - Returns: The text without percent-encoding.
    /// - Throws: `.malformed` for a percent sign without two digits, or bytes that are not UTF-8.
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
