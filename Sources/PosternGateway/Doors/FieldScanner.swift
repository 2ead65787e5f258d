/// A scanner for the values of header fields (RFC 9110 section 5.6).
struct FieldScanner {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    /// Skips spaces and tabs.
    mutating func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }

    /// Skips the next byte if it is `byte`, and returns whether it was.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Scans a token and returns it in lower case; `nil` if there is none.
    mutating func token() -> String? {
        let token = rest.prefix { $0.isTokenByte }
        rest = rest.dropFirst(token.count)
        return token.isEmpty ? nil : String(Substring(token)).lowercased()
    }

    /// Scans a token or a quoted string, and returns it in lower case, without quotes; `nil` if there is neither.
    mutating func value() -> String? {
        guard take(UInt8(ascii: "\"")) else { return token() }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self).lowercased()
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        return nil
    }

    /// Scans parameters up to a byte that cannot belong to them; `nil` if one is malformed.
    ///
    /// Empty parameters are skipped.
    mutating func parameters() -> [(name: String, value: String)]? {
        var parameters: [(name: String, value: String)] = []
        while true {
            skipBlanks()
            guard take(UInt8(ascii: ";")) else { return parameters }
            skipBlanks()
            guard let name = token() else { continue }
            guard take(UInt8(ascii: "=")), let value = value() else { return nil }
            parameters.append((name, value))
        }
    }

    /// Skips the rest of a malformed list element, up to and including the next comma outside of quotes.
    mutating func skipElement() {
        var isQuoted = false
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: "\\"), isQuoted { _ = rest.popFirst() }
            if byte == UInt8(ascii: ","), !isQuoted { return }
        }
    }
}

extension UInt8 {
    /// Whether the byte is a `tchar` of RFC 9110 section 5.6.2.
    fileprivate var isTokenByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
