/// A rate limiter for incidents, which admits a number of each cause per second and counts the others.
///
/// A pure state machine: the time is an argument. The number of causes is bounded; further ones share one count.
struct IncidentRates {
    /// The counts of one cause in one second.
    private struct Window {
        let end: ContinuousClock.Instant
        var written = 0
        var suppressed = 0
    }

    /// The key of the counts: the kind of an incident and its cause.
    struct Cause: Hashable, Sendable {
        let kind: String
        let cause: String
    }

    private let linesPerSecond: Int
    private let second: Duration
    private var windows: [Cause: Window] = [:]
    /// The number of causes that are counted separately; text from clients is part of some causes.
    private static let maximumCauses = 256

    /// Creates a limiter without counts.
    ///
    /// - Parameters:
    ///   - linesPerSecond: The number of incidents of one cause that are admitted in a second, at least one.
    ///   - second: The length of a window; shorter in tests.
    init(linesPerSecond: Int, second: Duration = .seconds(1)) {
        self.linesPerSecond = max(1, linesPerSecond)
        self.second = second
    }

    /// Counts an incident.
    ///
    /// - Returns: Whether the incident is to be written.
    mutating func admit(_ cause: Cause, at now: ContinuousClock.Instant) -> Bool {
        let cause = windows[cause] == nil && windows.count >= Self.maximumCauses ? Self.others : cause
        var window = windows[cause] ?? Window(end: now + second)
        // A window with suppressed incidents stays until `endWindows` has reported them.
        if now >= window.end, window.suppressed == 0 { window = Window(end: now + second) }
        let isAdmitted = window.written < linesPerSecond
        if isAdmitted { window.written += 1 } else { window.suppressed += 1 }
        windows[cause] = window
        return isAdmitted
    }

    /// Removes the windows that have ended.
    ///
    /// - Returns: The causes with suppressed incidents, and their number.
    mutating func endWindows(at now: ContinuousClock.Instant) -> [(cause: Cause, count: Int)] {
        let ended = windows.filter { now >= $0.value.end }
        for cause in ended.keys { windows[cause] = nil }
        return ended.filter { $0.value.suppressed > 0 }.map { ($0.key, $0.value.suppressed) }
    }

    /// Whether no cause is counted.
    var isEmpty: Bool { windows.isEmpty }

    /// The key of all causes above the limit.
    private static let others = Cause(kind: "incidents", cause: "of many other causes")
}
