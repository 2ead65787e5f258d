import Dispatch
public import Logging
public import Postern
import Synchronization

/// Writes incidents to a logger: the one place that decides their names, their rate, and how text from outside is shown.
///
/// Mistakes of this process are logged as errors, what clients and networks do as notices, and errors that handlers have
/// chosen for their callers as information. Of each cause at most 20 lines are written a second; how
/// many were left out is written at the end of that second, as `suppressed`. The logger is called on a thread of its
/// own: when it blocks, lines are dropped and counted, and nothing waits.
public final class IncidentLog: IncidentObserver {
    private struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private struct State {
        var rates: IncidentRates
        var isTimerSet = false
    }

    private let logger: Logger
    private let second: Duration
    private let state: Mutex<State>
    private let queue: LineQueue<Line>

    /// Bytes of one value.
    private static let valueBytes = 256

    /// Writes to a logger.
    ///
    /// - Parameters:
    ///   - logger: Called on one thread at a time, never on an event loop.
    ///   - linesPerSecond: How many lines of one cause are written in a second.
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

    /// Notes one incident, and returns at once.
    public func observe(_ incident: Incident) {
        let level = Self.level(of: incident.kind.severity)
        guard level >= logger.logLevel else { return }
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

    private static func text(_ value: String) -> Logger.MetadataValue {
        .string(LogText.escaped(value, limit: valueBytes))
    }

    /// Has the seconds of rates ended, as long as there are any.
    private func startTimer() {
        let starts = state.withLock { state in
            guard !state.rates.isEmpty else { return false }
            defer { state.isTimerSet = true }
            return !state.isTimerSet
        }
        guard starts else { return }
        let delay = DispatchTimeInterval.milliseconds(Int(second / .milliseconds(1)))
        Self.timers.asyncAfter(deadline: .now() + delay) { self.endWindows() }
    }

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

    /// Apart from the queues of writers, which may be blocked.
    private static let timers = DispatchQueue(label: "postern.incidents.timers")
}
