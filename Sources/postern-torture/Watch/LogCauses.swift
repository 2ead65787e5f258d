import FoundationEssentials

/// The times of the lines of a log, for each cause.
///
/// Lines of the level `trace` are left out: this program asks for them.
struct LogCauses: Sendable {
    /// Seconds since 1970, in the order of the log.
    private var times: [String: [Double]] = [:]

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Reads a log.
    ///
    /// - Parameter log: Lines such as `2026-01-31T12:00:00.000Z notice demo: client refused cause=origin host=a`.
    init(_ log: String) {
        var time = 0.0
        for line in log.split(separator: "\n") {
            guard let cause = Self.cause(of: line) else { continue }
            // A line without a time, such as that of a crash, counts as written with the one before it.
            let own = try? Self.timeStyle.parse(String(line.prefix { $0 != " " }))
            time = own?.timeIntervalSince1970 ?? time
            times[cause, default: []].append(time)
        }
    }

    /// Returns the rate of the cause with the most lines in one second that are not in an earlier state of the log.
    func greatest(since earlier: LogCauses) -> LogRate {
        let rates = times.map { cause, times in
            LogRate(cause, at: Array(times.dropFirst(earlier.times[cause, default: []].count)))
        }
        return rates.max { ($0.worst, $0.lines) < ($1.worst, $1.lines) } ?? LogRate()
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
