/// A limit that the figures of an attack must stay within.
enum Bar: String, Codable, CaseIterable, Sendable {
    /// The memory during the attack.
    case memory
    /// The memory, descriptors, threads and counts after it.
    case recovery
    /// The victim's latency.
    case latency
    /// The victim's calls that failed, and the newcomers that were refused.
    case calls
    /// The refusal that the attack must meet.
    case refusal
    /// The answers to single requests.
    case answers
    /// The answers and refusals at twice the rate that can be served.
    case overload
    /// The lines in the log.
    case log
    /// The life of the server.
    case life

    /// Whether the figures are within this bar.
    func holds(_ figures: Figures, of attack: Attack, _ limits: BarLimits) -> Bool {
        switch self {
        case .memory: figures.peak.memory <= limits.peakMemory(figures)
        case .recovery: figures.recovery.map { $0 <= BarLimits.recovery.inSeconds } ?? false
        case .latency: figures.p99 <= limits.latency(figures) && figures.median <= BarLimits.latency
        case .calls: figures.failedCalls == 0 && figures.refusedNewcomers == 0 && figures.victimCalls > 0
        case .refusal:
            attack.refusals.isEmpty || attack.refusals.contains { figures.outcome.refusals[$0] != nil }
        case .answers: figures.outcome.faults.isEmpty
        case .overload: figures.outcome.overload?.isWithin(limits) ?? !attack.measuresOverload
        case .log:
            figures.log.worst <= BarLimits.linesInAnySecond
                && Double(figures.log.lines) <= BarLimits.logLines(seconds: figures.log.seconds)
        case .life: figures.survived
        }
    }
}
