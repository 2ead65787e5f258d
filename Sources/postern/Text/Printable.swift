import Postern
import PosternLogging

/// Texts of a server without characters that a terminal would interpret.
enum Printable {
    /// The maximum size of a text, in bytes; a call returns larger ones as JSON.
    private static let limit = 16_384

    /// Returns text on one line, with escapes for control characters and marks of text direction.
    static func text(_ text: String) -> String {
        LogText.escaped(text, limit: limit, keepsBackslashes: true)
    }

    /// Returns a string as it is, and any other value as JSON.
    static func value(_ value: Value) -> String {
        if case .string(let text) = value { return Self.text(text) }
        return text(PrettyJSON.line(value))
    }

    /// Returns JSON text of the same value, without DEL, C1 control characters, line separators and marks of direction.
    ///
    /// These occur in strings only, where a `\u` escape is the same character. Control characters below U+0020 are not
    /// valid in JSON, so they are escaped already.
    static func json(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: isInterpreted) else { return json }
        var result = ""
        for scalar in json.unicodeScalars {
            if isInterpreted(scalar) {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a terminal may act on a character, all of which are below U+10000.
    private static func isInterpreted(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7e: false
        case 0x7f...0x9f, 0x2028, 0x2029: true
        default: scalar.properties.isBidiControl
        }
    }
}
