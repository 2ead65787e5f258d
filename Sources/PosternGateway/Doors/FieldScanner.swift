/// Reads the value of a header field from front to end (RFC 9110 section 5.6).
struct FieldScanner {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    /// Moves behind blanks.
    mutating func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }

    /// Moves behind a byte if it is the next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Takes a token, in lower case; `nil` when there is none.
    mutating func token() -> String? {
        let token = rest.prefix { $0.isTokenByte }
        rest = rest.dropFirst(token.count)
        return token.isEmpty ? nil : String(Substring(token)).lowercased()
    }

    /// Takes a token, or text in quotes without them; in lower case.
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

    /// Takes parameters up to a byte that is none of theirs; `nil` when one is malformed.
    ///
    /// Empty ones mean nothing.
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

    /// Moves behind the next comma that is not in quotes, after an element that cannot be read.
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
    /// `tchar` of RFC 9110.
    fileprivate var isTokenByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
