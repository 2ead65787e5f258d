package import Postern

/// The JSON encoding of payloads (RFC 8259).
///
/// The reading functions expect text that was checked before, by the scan of a whole message or by
/// ``validate(_:maximumValues:)``. For any other bytes they may accept text that is not JSON, but never trap.
package enum JSON: PayloadCodec {
    /// The name of the encoding in error messages.
    package static let name = "JSON"

    /// Checks that text is one JSON value, with nothing but white space around it.
    ///
    /// - Parameters:
    ///   - text: UTF-8 text.
    ///   - maximumValues: The number of values that the text may have, containers included.
    /// - Throws: `.malformed` for text that is not JSON, and for half of a surrogate pair; `.outOfRange` for a number
    ///   beyond the range of a `Double`; `.limitExceeded` for more than 64 levels of containers or too many values.
    package static func validate(_ text: Span<UInt8>, maximumValues: Int = 100_000) throws(PayloadError) {
        let notes: JSONNotes
        do throws(JSONFault) {
            var scanner = JSONScanner(maximumValues: maximumValues)
            try scanner.scanValue(text, depth: 0)
            try scanner.scanEnd(text)
            notes = scanner.notes
        } catch { throw error.payloadError }
        if let defect = notes.defect { throw defect.payloadError }
    }

    /// Whether text is one value by the grammar of JSON, within the limits of ``validate(_:maximumValues:)`` or not.
    package static func isWellFormed(_ text: Span<UInt8>) -> Bool {
        do throws(JSONFault) {
            var scanner = JSONScanner(maximumValues: 0)
            try scanner.scanValue(text, depth: 0)
            try scanner.scanEnd(text)
            return true
        } catch { return false }
    }

    /// Returns the kind of a value.
    ///
    /// A number is an integer if its value is a 64-bit integer, in any spelling. Minus zero is a double, since only a
    /// `Double` keeps its sign.
    package static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind {
        guard value.count > 0 else { throw malformed }
        switch value[0] {
        case Byte.quote: return .string
        case Byte.openBracket: return .array
        case Byte.openBrace: return .map
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case Byte.minus, Byte.zero...Byte.nine: return try isInteger(value) ? .integer : .double
        default: throw malformed
        }
    }

    /// Reads `true` or `false`.
    package static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool {
        if isWord(value, "true") { return true }
        if isWord(value, "false") { return false }
        throw mismatch("a boolean", value)
    }

    /// Whether a value has exactly the bytes of a word.
    static func isWord(_ value: Span<UInt8>, _ word: String) -> Bool { value.hasSameBytes(as: word.utf8.span) }

    /// Whether a number is a 64-bit integer and not minus zero.
    private static func isInteger(_ value: Span<UInt8>) throws(PayloadError) -> Bool {
        if let small = smallInteger(value) { return small != 0 || value[0] != Byte.minus }
        guard let number = JSONNumber(value) else { throw malformed }
        return number.isInteger
    }

    /// The error for bytes that no scanner has checked.
    static var malformed: PayloadError { PayloadError(.malformed, "not JSON") }

    /// Returns the error for a value of the wrong type, which names the type found.
    static func mismatch(_ expected: String, _ value: Span<UInt8>) -> PayloadError {
        .expected(expected, found: (try? kind(of: value))?.phrase ?? "no JSON")
    }
}
