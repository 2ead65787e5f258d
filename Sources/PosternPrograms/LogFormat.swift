public import ArgumentParser

/// How the lines of a log are written.
public enum LogFormat: String, ExpressibleByArgument, LosslessStringConvertible, CaseIterable, Sendable {
    /// For people: time, level, label, message, then `key=value` for each detail.
    case text
    /// For programs: one JSON object a line.
    case json

    /// The word on the command line.
    public var description: String { rawValue }

    /// Reads the word.
    public init?(_ description: String) { self.init(rawValue: description) }
}
