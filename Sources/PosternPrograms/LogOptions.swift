public import ArgumentParser
public import Logging

/// How much a program tells about its inner life.
public struct LogOptions: ParsableArguments {
    /// The least important messages that are written.
    @Option(help: "What is written to the standard error output: trace, debug, info, notice, warning, error, critical.")
    public var logLevel = Setting.value("log-level", default: Logger.Level.notice)

    /// The default.
    public init() {}

    /// A logger that writes to the standard error output.
    public func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
