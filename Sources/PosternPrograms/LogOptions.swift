public import ArgumentParser
public import Logging

/// How much a program tells about its inner life.
package struct LogOptions: ParsableArguments {
    /// The least important messages that are written.
    @Option(help: "What is written to the standard error output: trace, debug, info, notice, warning, error, critical.")
    package var logLevel = Setting.value("log-level", default: Logger.Level.notice)

    /// How they are written.
    @Option(help: "How each line of it is written: text, or json for one object a line.")
    package var logFormat = Setting.value("log-format", default: LogFormat.text)

    /// Whether requests are logged.
    @Flag(
        inversion: .prefixedNo,
        help: "Writes a line for each HTTP request and each WebSocket, without arguments, whatever the level."
    )
    package var accessLog = Setting.flag("access-log")

    /// The defaults.
    package init() {}

    /// A logger that writes to the standard error output, and never waits for it.
    package func logger(_ label: String) -> Logger {
        let log = StandardErrorLog.shared(as: logFormat)
        var logger = Logger(label: label) { label in LineLogHandler(label: label) { log.write($0) } }
        logger.logLevel = logLevel
        return logger
    }

    /// A logger for the lines of requests, which writes those at `info`; `nil` when they are not asked for.
    package func accessLogger(_ label: String) -> Logger? {
        guard accessLog else { return nil }
        var logger = logger(label)
        logger.logLevel = min(logLevel, .info)
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// How the lines of a log are written.
package enum LogFormat: String, ExpressibleByArgument, LosslessStringConvertible, CaseIterable, Sendable {
    /// For people: time, level, label, message, then `key=value` for each detail.
    case text
    /// For programs: one JSON object a line.
    case json

    /// The word on the command line.
    package var description: String { rawValue }

    /// Reads the word.
    package init?(_ description: String) { self.init(rawValue: description) }
}
