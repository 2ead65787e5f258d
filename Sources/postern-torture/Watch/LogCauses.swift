/// The number of lines of a log for each cause.
///
/// Lines of the level `trace` are left out: this program asks for them.
struct LogCauses: Hashable, Sendable {
    private var lines: [String: Int] = [:]

    /// Counts the lines of a log.
    ///
    /// - Parameter log: Lines such as `2026-01-31T12:00:00.000Z notice demo: client refused cause=origin host=a`.
    init(_ log: String) {
        for line in log.split(separator: "\n") {
            if let cause = Self.cause(of: line) { lines[cause, default: 0] += 1 }
        }
    }

    /// Returns the greatest number of lines of one cause that are not in an earlier state of the log.
    func greatest(since earlier: LogCauses) -> (cause: String, lines: Int) {
        let new = lines.map { (cause: $0.key, lines: $0.value - earlier.lines[$0.key, default: 0]) }
        return new.max { $0.lines < $1.lines } ?? ("", 0)
    }

    /// Returns the message of a line with its detail `cause`; `nil` for lines of the level `trace`.
    private static func cause(of line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard words.count > 3 else { return String(line) }
        guard words[1] != "trace" else { return nil }
        let message = words.dropFirst(3).prefix { !$0.contains("=") }.joined(separator: " ")
        guard let detail = line.firstRange(of: " cause=") else { return message }
        return "\(message) \(value(of: line[detail.upperBound...]))"
    }

    /// Returns the value at the begin of a text, which is in quotes when it contains a space.
    private static func value(of text: Substring) -> Substring {
        text.first == "\"" ? text.dropFirst().prefix { $0 != "\"" } : text.prefix { $0 != " " }
    }
}
