/// Functions that make text from outside safe to show in one line of a log.
package enum LogText {
    /// Returns text with its unsafe characters escaped, truncated to a limit.
    ///
    /// Control characters, line separators and marks of text direction, which terminals and log readers interpret,
    /// become escapes such as `\n` and `\u{1b}`.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - limit: The size of the result, in bytes of UTF-8. Truncated text ends with an ellipsis.
    ///   - keepsBackslashes: Whether backslashes are kept, as for text that may be escaped already.
    /// - Returns: The text to show.
    package static func escaped(_ text: String, limit: Int, keepsBackslashes: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            // Stops early: a text of megabytes costs no more than the limit.
            if result.utf8.count >= limit { break }
            let isKept = isPlain(scalar) || keepsBackslashes && scalar == "\\"
            if isKept { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
        }
        return cut(result, to: limit, isWhole: result.utf8.count >= text.utf8.count)
    }

    /// Returns text that fits the limit, with an ellipsis unless it is whole.
    private static func cut(_ text: String, to limit: Int, isWhole: Bool) -> String {
        if isWhole, text.utf8.count <= limit { return text }
        // Scalars are removed from the end, so that no character is cut into invalid UTF-8.
        var result = Substring(text)
        while !result.isEmpty, result.utf8.count + mark.utf8.count > limit { result.unicodeScalars.removeLast() }
        return limit < mark.utf8.count ? "" : result + mark
    }

    private static let mark = "…"

    /// Whether a scalar is shown as it is.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: scalar != "\\"
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\\": "\\\\"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
