/// The figures of an attack, and the bars that they miss.
struct Verdict: Codable, Sendable {
    let attack: String
    let rows: String
    let figures: Figures
    /// The most memory that was allowed, in bytes.
    let allowedMemory: Int
    let missed: [Bar]

    init(_ figures: Figures, of attack: Attack, _ limits: BarLimits) {
        self.attack = attack.name
        rows = attack.rows
        self.figures = figures
        allowedMemory = limits.peakMemory(figures)
        missed = Bar.allCases.filter { !$0.holds(figures, of: attack, limits) }
    }

    /// One line for people.
    var line: String {
        let result = missed.isEmpty ? "ok" : "MISSED " + missed.map(\.rawValue).joined(separator: ", ")
        let parts = [
            attack.padding(to: 22) + rows.padding(to: 27) + result, memory, latency, counts, refusals, faults,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private var memory: String {
        let (base, peak, after) = (figures.base.memory, figures.peak.memory, figures.after.memory)
        return "memory \(base.mebibytes) → \(peak.mebibytes) of \(allowedMemory.mebibytes) → \(after.mebibytes) MiB"
            + (figures.recovery.map { " in \($0.rounded(to: 1)) s" } ?? ", not back")
    }

    private var latency: String {
        let failures = figures.failures.isEmpty ? "" : " (\(Self.list(figures.failures)))"
        let newcomers = figures.refusedNewcomers == 0 ? "" : ", \(figures.refusedNewcomers) newcomers refused"
        return "p99 \(figures.quiet.rounded(to: 2)) → \(figures.p99.rounded(to: 2)) ms, \(figures.failedCalls) of "
            + "\(figures.victimCalls + figures.failedCalls) failed" + failures + newcomers
    }

    private var counts: String {
        let (base, after) = (figures.base, figures.after)
        return "descriptors \(base.descriptors) → \(after.descriptors), threads \(base.threads) → \(after.threads)"
            + (figures.remains.isEmpty ? "" : ", remain: " + figures.remains.joined(separator: ", "))
    }

    private var refusals: String {
        "\(figures.outcome.connections) connections, "
            + (figures.outcome.refusals.isEmpty ? "no refusal" : Self.list(figures.outcome.refusals))
    }

    private var faults: String {
        let log = missed.contains(.log) ? ["\(figures.logLines) lines: \(figures.logCause)"] : []
        return (log + figures.outcome.faults.prefix(3)).joined(separator: "; ")
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
