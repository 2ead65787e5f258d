import FoundationEssentials
import Logging
import PosternLogging

/// An entry of a log, which is written as one line.
struct LogLine: Sendable {
    let time: Date
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    /// The maximum size of a line without its line feed, in bytes.
    static let maximumBytes = 1_023
    /// The maximum size of the message, in bytes: it fits into a line even if each byte is escaped in JSON.
    private static let messageBytes = 384
    private static let valueBytes = 256
    private static let nameBytes = 64
    /// The names of JSON members that metadata may not use.
    private static let members: Set<String> = ["time", "level", "label", "message"]
    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Returns the line without its line feed.
    ///
    /// Details that do not fit are omitted.
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

    /// Returns a value in quotes if it is empty or contains a separator, so that it cannot be mistaken for two details.
    private static func delimited(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { " \"=".contains($0) }) else { return value }
        return "\"" + value.replacing("\"", with: "\\\"") + "\""
    }

    // Composed by hand: the members keep their order, and a line that becomes too long stays valid JSON.
    private var json: String {
        var line = #"{"time":"\#(time.formatted(Self.timeStyle))","level":"\#(level)""#
        line += #","label":\#(Self.quoted(Self.shown(label, Self.nameBytes)))"#
        line += #","message":\#(Self.quoted(Self.shown(message, Self.messageBytes)))"#
        for (name, value) in details {
            // A prefix keeps the members of the object unique.
            let member = Self.members.contains(name) ? "metadata.\(name)" : name
            Self.append(",\(Self.quoted(member)):\(Self.quoted(value))", to: &line, room: 1)
        }
        return line + "}"
    }

    private var details: [(name: String, value: String)] {
        // Sorted, as the order of a dictionary differs from process to process.
        metadata.sorted { $0.key < $1.key }.map { name, value in
            (Self.shown(name, Self.nameBytes), Self.shown("\(value)", Self.valueBytes))
        }
    }

    /// Appends a part if the line has room for it and for `room` more bytes.
    private static func append(_ part: String, to line: inout String, room: Int) {
        if line.utf8.count + part.utf8.count + room <= maximumBytes { line += part }
    }

    /// Returns text without control characters, truncated to a limit in bytes.
    ///
    /// Backslashes are not escaped, as texts of incidents already contain escapes.
    private static func shown(_ text: String, _ limit: Int) -> String {
        LogText.escaped(text, limit: limit, keepsBackslashes: true)
    }

    /// Returns a JSON string for text that has no control characters.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
