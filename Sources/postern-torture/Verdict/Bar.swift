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
    /// The lines in the log.
    case log
    /// The life of the server.
    case life

    /// Whether the figures are within this bar.
    func holds(_ figures: Figures, of attack: Attack, _ limits: BarLimits) -> Bool {
        switch self {
        case .memory: figures.peak.memory <= limits.peakMemory(figures)
        case .recovery: figures.recovery != nil
        case .latency: figures.p99 <= max(2 * figures.quiet, BarLimits.latency)
        case .calls: figures.failedCalls == 0 && figures.refusedNewcomers == 0 && figures.victimCalls > 0
        case .refusal:
            attack.refusals.isEmpty || attack.refusals.contains { figures.outcome.refusals[$0] != nil }
        case .answers: figures.outcome.faults.isEmpty
        case .log: Double(figures.logLines) <= BarLimits.logLines(seconds: figures.seconds)
        case .life: figures.survived
        }
    }
}
