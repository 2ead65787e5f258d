public import Postern

extension JSON {
    /// Copies arguments that came as a text of their own, without the white space around them.
    ///
    /// - Parameter text: An array, an object, or null; empty for no arguments.
    /// - Throws: `.malformed` and `.limitExceeded` as ``validate(_:maximumValues:)``, `.typeMismatch` for another value.
    public static func arguments(from text: Span<UInt8>, maximumValues: Int = 100_000) throws(PayloadError) -> [UInt8] {
        var start = 0
        var end = text.count
        while start < end, isSpace(text[start]) { start += 1 }
        while end > start, isSpace(text[end - 1]) { end -= 1 }
        guard start < end else { return [] }
        let value = text.extracting(start..<end)
        try validate(value, maximumValues: maximumValues)
        switch try kind(of: value) {
        case .array, .map, .null: return [UInt8](copying: value)
        default: throw mismatch("an array or an object", value)
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
