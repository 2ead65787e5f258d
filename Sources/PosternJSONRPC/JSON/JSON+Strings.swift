package import Postern

extension JSON {
    /// Reads a string and replaces its escapes.
    package static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String {
        try string(between: contents(of: value, expected: "a string"), in: value)
    }

    /// Returns the range between the quotes of a string.
    static func contents(of value: Span<UInt8>, expected: String) throws(PayloadError) -> Range<Int> {
        guard value.count >= 2, value[0] == Byte.quote, value[value.count - 1] == Byte.quote else {
            throw mismatch(expected, value)
        }
        return 1..<value.count - 1
    }

    /// Returns the text between two quotes, with its escapes replaced.
    static func string(between range: Range<Int>, in bytes: Span<UInt8>) throws(PayloadError) -> String {
        let text = bytes.extracting(range)
        if !hasEscape(text) { return try string(text) }
        guard let decoded = JSONEscape.decoded(text) else { throw malformed }
        return try string(decoded.span)
    }

    private static func string(_ text: Span<UInt8>) throws(PayloadError) -> String {
        // The scanner has checked the bytes before, but a caller may pass bytes that were never scanned.
        guard let valid = try? UTF8Span(validating: text) else { throw malformed }
        return String(copying: valid)
    }

    /// Whether text contains a backslash.
    static func hasEscape(_ text: Span<UInt8>) -> Bool {
        var position = text.afterPlainText(from: 0)
        while position < text.count {
            if text[position] == Byte.backslash { return true }
            position = text.afterPlainText(from: position &+ 1)
        }
        return false
    }

    /// Appends text between quotes, with only those escapes that RFC 8259 requires.
    ///
    /// Runs of text without escapes are copied as a whole.
    static func write(text: Span<UInt8>, into output: inout [UInt8]) {
        output.append(Byte.quote)
        var run = 0
        var position = text.afterPlainText(from: 0)
        while position < text.count {
            let byte = text[position]
            // Text outside ASCII is copied as it is; it only stops the search for bytes to escape.
            if byte >= 0x80 {
                position = text.afterPlainText(from: position &+ 1)
                continue
            }
            output.append(copying: text.extracting(run..<position))
            writeEscape(of: byte, into: &output)
            run = position &+ 1
            position = text.afterPlainText(from: run)
        }
        output.append(copying: text.extracting(run..<position))
        output.append(Byte.quote)
    }

    /// Returns the size of a text in JSON without its quotes, if each escape had six bytes.
    package static func byteCount(ofText text: Span<UInt8>) -> Int {
        var (escapes, position) = (0, text.afterPlainText(from: 0))
        while position < text.count {
            // Only control characters have six: the short escapes of a few others do not matter for a limit.
            if text[position] < 0x20 { escapes += 1 }
            position = text.afterPlainText(from: position &+ 1)
        }
        return text.count + 5 * escapes
    }

    private static func writeEscape(of byte: UInt8, into output: inout [UInt8]) {
        output.append(Byte.backslash)
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case Byte.quote, Byte.backslash: output.append(byte)
        default:
            // The remaining control characters are below U+0020, so that the first two digits are 00 or 01.
            output.append(text: "u00")
            output.append(byte < 0x10 ? Byte.zero : UInt8(ascii: "1"))
            let digit = byte & 0x0F
            output.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}
