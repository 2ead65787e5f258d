/// Text from outside, made safe for one line of a log.
package enum LogText {
    /// The text without characters that a terminal or a reader of lines would act on, and no longer than a limit.
    ///
    /// Control characters, separators of lines, and marks that change the direction of text are written as escapes
    /// such as `\n` and `\u{1b}`.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - limit: The most bytes of the result; what was cut off is marked by an ellipsis.
    ///   - keepsBackslashes: Whether a backslash is left as it is, as for text that may have been escaped before.
    /// - Returns: The text to show.
    package static func escaped(_ text: String, limit: Int, keepsBackslashes: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if result.utf8.count >= limit { break }
            let isKept = isPlain(scalar) || keepsBackslashes && scalar == "\\"
            if isKept { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
        }
        return cut(result, to: limit, isWhole: result.utf8.count >= text.utf8.count)
    }

    private static func cut(_ text: String, to limit: Int, isWhole: Bool) -> String {
        if isWhole, text.utf8.count <= limit { return text }
        var result = Substring(text)
        while !result.isEmpty, result.utf8.count + mark.utf8.count > limit { result.unicodeScalars.removeLast() }
        return limit < mark.utf8.count ? "" : result + mark
    }

    private static let mark = "…"

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
