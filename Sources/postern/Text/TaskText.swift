import Postern
import PosternLogging

/// Values of tasks as text without characters that a terminal would interpret.
enum TaskText {
    /// The maximum size of a value, in bytes.
    private static let limit = 1_000

    /// Returns a string as it is, any other value as JSON, and an empty text for `nil`.
    static func shown(_ value: Value?) -> String {
        switch value {
        case nil: ""
        case .string(let text)?: LogText.escaped(text, limit: limit, keepsBackslashes: true)
        case let value?: LogText.escaped(PrettyJSON.line(value), limit: limit, keepsBackslashes: true)
        }
    }

    /// Returns the progress of a task in percent.
    ///
    /// - Parameter progress: A fraction of one, or a map with `of` and either `done` or `step`.
    /// - Returns: The percentage, or `nil` for any other value.
    static func percentage(_ progress: Value?) -> String? {
        guard let part = part(progress), part.isFinite, part >= 0, part <= 1 else { return nil }
        return "\(Int(part * 100)) %"
    }

    /// Returns the text without trailing spaces.
    static func trimmed(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }

    private static func part(_ progress: Value?) -> Double? {
        if let number = number(progress) { return number }
        guard let of = number(progress?["of"]), of > 0 else { return nil }
        return number(progress?["done"] ?? progress?["step"]).map { $0 / of }
    }

    private static func number(_ value: Value?) -> Double? {
        switch value {
        case .integer(let number)?: Double(number)
        case .unsigned(let number)?: Double(number)
        case .double(let number)?: number
        default: nil
        }
    }
}
