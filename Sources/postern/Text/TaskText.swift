import Postern
import PosternLogging

/// Parts of what is said about tasks, safe for a terminal.
enum TaskText {
    private static let limit = 1_000

    /// A value: text as it is, everything else as JSON; nothing for what is not there.
    static func shown(_ value: Value?) -> String {
        switch value {
        case nil: ""
        case .string(let text)?: LogText.escaped(text, limit: limit, keepsBackslashes: true)
        case let value?: LogText.escaped(PrettyJSON.line(value), limit: limit, keepsBackslashes: true)
        }
    }

    /// How far a task is, where it reports a part of one, or a count and what it counts to.
    static func percentage(_ progress: Value?) -> String? {
        guard let part = part(progress), part.isFinite, part >= 0, part <= 1 else { return nil }
        return "\(Int(part * 100)) %"
    }

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
