public import ArgumentParser
public import Logging

/// The options for the log of a program.
package struct LogOptions: ParsableArguments {
    /// The lowest level of messages that are written.
    @Option(help: "What is written to the standard error output: trace, debug, info, notice, warning, error, critical.")
    package var logLevel = Setting.value("log-level", default: Logger.Level.notice)

    /// The format of the lines.
    @Option(help: "How each line of it is written: text, or json for one object a line.")
    package var logFormat = Setting.value("log-format", default: LogFormat.text)

    /// Whether a line is written for each request.
    @Flag(
        inversion: .prefixedNo,
        help: "Writes a line for each HTTP request and each WebSocket, without arguments, whatever the level."
    )
    package var accessLog = Setting.flag("access-log")

    /// Creates the default values.
    package init() {}

    /// Returns a logger that writes to standard error and never blocks.
    package func logger(_ label: String) -> Logger {
        let log = StandardErrorLog.shared(as: logFormat)
        var logger = Logger(label: label) { label in LineLogHandler(label: label) { log.write($0) } }
        logger.logLevel = logLevel
        return logger
    }

    /// Returns a logger that writes the lines of requests, or `nil` when the access log is disabled.
    package func accessLogger(_ label: String) -> Logger? {
        guard accessLog else { return nil }
        var logger = logger(label)
        // Lines of requests have the level `info`, and are written whatever the level of other messages is.
        logger.logLevel = min(logLevel, .info)
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// The format of log lines.
package enum LogFormat: String, ExpressibleByArgument, LosslessStringConvertible, CaseIterable, Sendable {
    /// Text: time, level, label and message, followed by `key=value` for each detail.
    case text
    /// One JSON object per line.
    case json

    /// The value on the command line.
    package var description: String { rawValue }

    /// Parses a value of the command line.
    package init?(_ description: String) { self.init(rawValue: description) }
}
