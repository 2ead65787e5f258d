/// Decides which incidents are written: so many a second of each cause, and how many were left out.
///
/// Pure: time comes in from outside. Holds a bounded number of causes; those above it share one place.
struct IncidentRates {
    /// One second of one cause.
    private struct Window {
        let end: ContinuousClock.Instant
        var written = 0
        var suppressed = 0
    }

    /// What rates are counted by.
    struct Cause: Hashable, Sendable {
        let kind: String
        let cause: String
    }

    private let linesPerSecond: Int
    private let second: Duration
    private var windows: [Cause: Window] = [:]
    private static let maximumCauses = 256

    /// - Parameters:
    ///   - linesPerSecond: Incidents of one cause that are written in a second.
    ///   - second: How long a second is; shorter in tests.
    init(linesPerSecond: Int, second: Duration = .seconds(1)) {
        self.linesPerSecond = max(1, linesPerSecond)
        self.second = second
    }

    /// Whether an incident is written.
    mutating func admit(_ cause: Cause, at now: ContinuousClock.Instant) -> Bool {
        let cause = windows[cause] == nil && windows.count >= Self.maximumCauses ? Self.others : cause
        var window = windows[cause] ?? Window(end: now + second)
        if now >= window.end, window.suppressed == 0 { window = Window(end: now + second) }
        let isAdmitted = window.written < linesPerSecond
        if isAdmitted { window.written += 1 } else { window.suppressed += 1 }
        windows[cause] = window
        return isAdmitted
    }

    /// Ends the seconds that have passed.
    ///
    /// - Returns: The causes of which incidents were left out, and how many.
    mutating func endWindows(at now: ContinuousClock.Instant) -> [(cause: Cause, count: Int)] {
        let ended = windows.filter { now >= $0.value.end }
        for cause in ended.keys { windows[cause] = nil }
        return ended.filter { $0.value.suppressed > 0 }.map { ($0.key, $0.value.suppressed) }
    }

    /// Whether no cause is counted.
    var isEmpty: Bool { windows.isEmpty }

    private static let others = Cause(kind: "incidents", cause: "of many other causes")
}
