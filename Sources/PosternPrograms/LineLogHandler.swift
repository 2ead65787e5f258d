import FoundationEssentials
import Logging

/// A log handler that passes each entry to a function as one line.
struct LineLogHandler: LogHandler {
    let label: String
    let output: @Sendable (LogLine) -> Void
    var logLevel = Logger.Level.notice
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var details = metadata
        if let error = event.error { details["error"] = "\(error)" }
        // The metadata of the entry takes precedence over that of the logger.
        if let own = event.metadata { details.merge(own) { _, new in new } }
        output(LogLine(time: .now, level: event.level, label: label, message: "\(event.message)", metadata: details))
    }
}
