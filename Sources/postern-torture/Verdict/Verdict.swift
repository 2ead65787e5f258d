/// The figures of an attack, and the bars that they miss.
struct Verdict: Codable, Sendable {
    let attack: String
    let rows: String
    let figures: Figures
    /// The most memory that was allowed, in bytes.
    let allowedMemory: Int
    /// The greatest 99th percentile of the victim's latency that was allowed, in milliseconds.
    let allowedLatency: Double
    let missed: [Bar]
    /// What was measured in an overload, with its bars.
    private let overload: String?

    init(_ figures: Figures, of attack: Attack, _ limits: BarLimits) {
        self.attack = attack.name
        rows = attack.rows
        self.figures = figures
        allowedMemory = limits.peakMemory(figures)
        allowedLatency = limits.latency(figures)
        missed = Bar.allCases.filter { !$0.holds(figures, of: attack, limits) }
        overload = figures.outcome.overload?.line(limits)
    }

    /// One line for people, with the figure and the limit of each bar.
    var line: String {
        let result = missed.isEmpty ? "ok" : "MISSED " + missed.map(\.rawValue).joined(separator: ", ")
        let parts = [
            attack.padding(to: 22) + rows.padding(to: 27) + result, memory, recovery, latency, calls, log,
            overload ?? "", refusals, unknown, figures.outcome.faults.prefix(3).joined(separator: "; "),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private var memory: String {
        "memory \(figures.base.memory.mebibytes) → \(figures.peak.memory.mebibytes) of \(allowedMemory.mebibytes) MiB"
    }

    private var recovery: String {
        let (base, after) = (figures.base, figures.after)
        let most = Int(BarLimits.recovery.inSeconds)
        return (figures.recovery.map { "back in \($0.rounded(to: 1)) of \(most) s" } ?? "not back in \(most) s")
            + " at \(after.memory.mebibytes) of \((base.memory + BarLimits.memoryAfter).mebibytes) MiB, "
            + "descriptors \(base.descriptors) → \(after.descriptors), threads \(base.threads) → \(after.threads)"
            + (figures.remains.isEmpty ? "" : ", remain: " + figures.remains.joined(separator: ", "))
    }

    private var latency: String {
        "p99 \(figures.quiet.rounded(to: 2)) → \(figures.p99.rounded(to: 2)) of \(allowedLatency.rounded(to: 2)) ms, "
            + "median \(figures.median.rounded(to: 2)) of \(BarLimits.latency.rounded(to: 0)) ms"
    }

    private var calls: String {
        let failures = figures.failures.isEmpty ? "" : " (\(Self.list(figures.failures)))"
        let newcomers = figures.refusedNewcomers == 0 ? "" : ", \(figures.refusedNewcomers) newcomers refused"
        return "\(figures.failedCalls) of \(figures.victimCalls + figures.failedCalls) calls failed" + failures
            + newcomers
    }

    private var log: String {
        guard !figures.unknown.contains("log") else { return "" }
        let log = figures.log
        let most = Int(BarLimits.logLines(seconds: log.seconds))
        return "log \(log.worst) of \(BarLimits.linesInAnySecond) lines in a second, \(log.lines) of \(most) in all"
            + (missed.contains(.log) ? ": \(log.cause)" : "")
    }

    private var refusals: String {
        "\(figures.outcome.connections) connections at once, "
            + (figures.outcome.refusals.isEmpty ? "no refusal" : Self.list(figures.outcome.refusals))
    }

    private var unknown: String {
        figures.unknown.isEmpty ? "" : "NOT KNOWN: \(figures.unknown.joined(separator: ", "))"
    }

    private static func list(_ numbers: [String: Int]) -> String {
        numbers.sorted { $0.key < $1.key }.map { "\($0.key) ×\($0.value)" }.joined(separator: " ")
    }
}

extension Int {
    /// A number of bytes in MiB.
    fileprivate var mebibytes: Int { self >> 20 }
}

extension Double {
    /// The number, rounded to some decimals.
    func rounded(to decimals: Int) -> String {
        let factor = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
        return "\((self * factor).rounded() / factor)"
    }
}

extension String {
    /// The text with spaces up to a width.
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
