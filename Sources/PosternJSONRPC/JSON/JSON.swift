package import Postern

/// JSON text (RFC 8259) as the encoding of payloads.
///
/// The scan of a whole message, or ``validate(_:maximumValues:)``, has checked the bytes once before any of the reading
/// functions sees them, so these look at little; on bytes that were never checked they may accept too much, but never
/// trap.
package enum JSON: PayloadCodec {
    /// `JSON`.
    package static let name = "JSON"

    /// Checks that bytes are one JSON value, with nothing but white space around it.
    ///
    /// - Throws: `.malformed`, also for half of a surrogate pair; `.outOfRange` for a number beyond a `Double`;
    ///   `.limitExceeded` for more than 64 levels or more values than allowed.
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

    /// Whether bytes are one value by the grammar of JSON, accepted or not.
    package static func isWellFormed(_ text: Span<UInt8>) -> Bool {
        do throws(JSONFault) {
            var scanner = JSONScanner(maximumValues: 0)
            try scanner.scanValue(text, depth: 0)
            try scanner.scanEnd(text)
            return true
        } catch { return false }
    }

    /// Returns what the value is; a number is an integer when it is a whole one of 64 bits, however it is spelled.
    ///
    /// Minus zero is none: only a `Double` has it.
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

    static func isWord(_ value: Span<UInt8>, _ word: String) -> Bool { value.hasSameBytes(as: word.utf8.span) }

    private static func isInteger(_ value: Span<UInt8>) throws(PayloadError) -> Bool {
        if let small = smallInteger(value) { return small != 0 || value[0] != Byte.minus }
        guard let number = JSONNumber(value) else { throw malformed }
        return number.isInteger
    }

    static var malformed: PayloadError { PayloadError(.malformed, "not JSON") }

    /// The fault of a value of the wrong type; says what stands there instead.
    static func mismatch(_ expected: String, _ value: Span<UInt8>) -> PayloadError {
        .expected(expected, found: (try? kind(of: value))?.phrase ?? "no JSON")
    }
}
