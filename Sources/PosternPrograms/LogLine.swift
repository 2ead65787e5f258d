import FoundationEssentials
import Logging
import PosternLogging

/// One entry of a log, to be written as one line.
struct LogLine: Sendable {
    let time: Date
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    /// The most bytes of a line, its end not counted.
    static let maximumBytes = 1_023
    /// The most bytes of the message, which fits into a line also where each of them needs an escape in JSON.
    private static let messageBytes = 384
    private static let valueBytes = 256
    private static let nameBytes = 64
    /// The members of a JSON object that are not metadata.
    private static let members: Set<String> = ["time", "level", "label", "message"]
    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The line without its end; details for which there is no room are left out.
    func text(as format: LogFormat) -> String {
        switch format {
        case .text: plain
        case .json: json
        }
    }

    private var plain: String {
        let message = Self.shown(message, Self.messageBytes)
        var line = "\(time.formatted(Self.timeStyle)) \(level) \(Self.shown(label, Self.nameBytes)): \(message)"
        for (name, value) in details { Self.append(" \(name)=\(Self.delimited(value))", to: &line, room: 0) }
        return line
    }

    /// The value so that its end cannot be mistaken: in quotes where it holds what separates details.
    private static func delimited(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { " \"=".contains($0) }) else { return value }
        return "\"" + value.replacing("\"", with: "\\\"") + "\""
    }

    private var json: String {
        var line = #"{"time":"\#(time.formatted(Self.timeStyle))","level":"\#(level)""#
        line += #","label":\#(Self.quoted(Self.shown(label, Self.nameBytes)))"#
        line += #","message":\#(Self.quoted(Self.shown(message, Self.messageBytes)))"#
        for (name, value) in details {
            let member = Self.members.contains(name) ? "metadata.\(name)" : name
            Self.append(",\(Self.quoted(member)):\(Self.quoted(value))", to: &line, room: 1)
        }
        return line + "}"
    }

    private var details: [(name: String, value: String)] {
        metadata.sorted { $0.key < $1.key }.map { name, value in
            (Self.shown(name, Self.nameBytes), Self.shown("\(value)", Self.valueBytes))
        }
    }

    private static func append(_ part: String, to line: inout String, room: Int) {
        if line.utf8.count + part.utf8.count + room <= maximumBytes { line += part }
    }

    /// Backslashes stay: those of incidents are escapes already.
    private static func shown(_ text: String, _ limit: Int) -> String {
        LogText.escaped(text, limit: limit, keepsBackslashes: true)
    }

    /// A JSON string of text without control characters.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
