import Postern
import PosternJSONRPC
import PosternPrograms

/// JSON for people: two blanks for each level, short containers on one line.
struct PrettyJSON {
    private static let lineLength = 80

    /// The text of a value, on one line.
    static func line(_ value: Value) -> String {
        guard let payload = try? Payload(encoding: value, as: JSON.self) else { return "null" }
        return String(decoding: payload.bytes, as: UTF8.self)
    }

    /// The text of a value, on as many lines as it takes.
    ///
    /// Values are nested 64 levels at most.
    static func text(_ value: Value, indentation: String = "") -> String {
        let line = line(value)
        guard line.utf8.count + indentation.utf8.count > lineLength else { return line }
        let inner = indentation + "  "
        switch value {
        case .array(let elements):
            let lines = elements.map { inner + text($0, indentation: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indentation)]"
        case .map(let members):
            let lines = members.map { "\(inner)\(Self.line(.string($0.name))): \(text($0.value, indentation: inner))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
        default: return line
        }
    }
}

/// Prints answers: one value for people on a terminal, streams line by line.
struct ValuePrinter {
    private let limit: Int?
    private var printed = 0

    init(limit: Int?) { self.limit = limit }

    /// Prints one value; false when it was the last one wanted, or nobody reads any more.
    mutating func print(_ answer: RemoteAnswer) -> Bool {
        let isPretty = Output.isTerminal && !answer.isStream
        let isRead = Output.line(isPretty ? PrettyJSON.text(answer.value) : PrettyJSON.line(answer.value))
        printed += 1
        return answer.isStream && isRead && printed != limit
    }
}
