import Dispatch
public import Logging
public import Postern
import Synchronization

/// An incident observer that writes to a logger, at a limited rate and with text from outside escaped.
///
/// Faults of this process are logged as errors, incidents caused by clients and networks as notices, and errors that
/// handlers chose for their callers as information. At most 20 lines of one cause are written in a second; the number
/// of further ones is written at its end, as `suppressed`. The logger is called on a thread of its own: while it
/// blocks, lines above a limit are dropped and counted, and no other code waits.
public final class IncidentLog: IncidentObserver {
    /// A line to write.
    private struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private struct State {
        var rates: IncidentRates
        /// Whether a timer will end the current windows.
        var isTimerSet = false
    }

    private let logger: Logger
    /// The length of a window of the rates; shorter in tests.
    private let second: Duration
    private let state: Mutex<State>
    private let queue: LineQueue<Line>

    /// The size of one value in a line, in bytes.
    private static let valueBytes = 256

    /// Creates an observer that writes to a logger.
    ///
    /// - Parameters:
    ///   - logger: The logger. Called on one thread at a time, never on an event loop.
    ///   - linesPerSecond: The number of lines of one cause that are written in a second.
    public convenience init(_ logger: Logger, linesPerSecond: Int = 20) {
        self.init(logger, linesPerSecond: linesPerSecond, second: .seconds(1))
    }

    init(_ logger: Logger, linesPerSecond: Int, second: Duration) {
        self.logger = logger
        self.second = second
        state = Mutex(State(rates: IncidentRates(linesPerSecond: linesPerSecond, second: second)))
        queue = LineQueue(label: "postern.incidents") { line in
            logger.log(level: line.level, "\(line.message)", metadata: line.metadata)
        } reportDropped: { count in
            logger.warning("log lines dropped", metadata: ["dropped": "\(count)"])
        }
    }

    /// Enqueues a line for an incident, unless its level or its rate suppresses it.
    ///
    /// Does not block.
    public func observe(_ incident: Incident) {
        let level = Self.level(of: incident.kind.severity)
        guard level >= logger.logLevel else { return }
        // Tested before the rates are counted: an incident that is not logged must not appear as suppressed.
        let cause = IncidentRates.Cause(kind: incident.kind.name, cause: incident.cause)
        let isAdmitted = state.withLock { $0.rates.admit(cause, at: .now) }
        startTimer()
        if isAdmitted { queue.put(Self.line(incident, level)) }
    }

    private static func level(of severity: Incident.Severity) -> Logger.Level {
        switch severity {
        case .info: .info
        case .notice: .notice
        case .error: .error
        }
    }

    private static func line(_ incident: Incident, _ level: Logger.Level) -> Line {
        var metadata: Logger.Metadata = ["cause": text(incident.cause)]
        for (field, value) in incident.fields { metadata[field.rawValue] = text(value) }
        return Line(level: level, message: incident.kind.name, metadata: metadata)
    }

    /// Returns text from outside as a value that is safe to show.
    private static func text(_ value: String) -> Logger.MetadataValue {
        .string(LogText.escaped(value, limit: valueBytes))
    }

    /// Starts a timer for the end of the current windows, unless there is one or no cause is counted.
    private func startTimer() {
        let starts = state.withLock { state in
            guard !state.rates.isEmpty else { return false }
            defer { state.isTimerSet = true }
            return !state.isTimerSet
        }
        guard starts else { return }
        let delay = DispatchTimeInterval.milliseconds(Int(second / .milliseconds(1)))
        // The closure retains this object until the counts are written, also if its owner has released it.
        Self.timers.asyncAfter(deadline: .now() + delay) { self.endWindows() }
    }

    /// Writes the counts of suppressed lines, and starts the next timer.
    private func endWindows() {
        let suppressed = state.withLock { state in
            state.isTimerSet = false
            return state.rates.endWindows(at: .now)
        }
        for (cause, count) in suppressed {
            let metadata: Logger.Metadata = ["cause": Self.text(cause.cause), "suppressed": "\(count)"]
            queue.put(Line(level: .notice, message: cause.kind, metadata: metadata))
        }
        startTimer()
    }

    /// The queue of the timers, separate from the queues of loggers that may block.
    private static let timers = DispatchQueue(label: "postern.incidents.timers")
}
