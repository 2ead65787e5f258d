import Postern
import PosternJSONRPC

/// JSON for terminals: indented by two spaces per level, with short containers on one line.
struct PrettyJSON {
    private static let lineLength = 80

    /// Returns the JSON of a value on one line.
    static func line(_ value: Value) -> String {
        guard let payload = try? Payload(encoding: value, as: JSON.self) else { return "null" }
        return Printable.json(String(decoding: payload.bytes, as: UTF8.self))
    }

    /// Returns the JSON of a value, on several lines when it is longer than 80 bytes.
    ///
    /// The recursion is limited because values have at most 64 levels.
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
