/// What was measured during one attack.
struct Figures: Codable, Sendable {
    /// The usage before the attack.
    var base = Usage()
    /// The greatest usage during the attack.
    var peak = Usage()
    /// The usage after the attack, when all was back or the time for it was over.
    var after = Usage()
    /// The seconds after the attack until all was back; `nil` when it was not in time.
    var recovery: Double?
    /// The 99th percentile of the victim's latency before the attack, in milliseconds.
    var quiet = 0.0
    /// The 99th percentile of the victim's latency during the attack, in milliseconds.
    var p99 = 0.0
    /// The median of the victim's latency during the attack, in milliseconds.
    var median = 0.0
    var victimCalls = 0
    /// The victim's calls that failed, by the code of the error, `late` or `lost`.
    var failures: [String: Int] = [:]
    /// The clients that connected during the attack and were not served.
    var refusedNewcomers = 0
    /// What is still under way after the attack, or is not known any more.
    var remains: [String] = []
    /// The sources of counts and lines that the server does not offer, so that nothing is known of them.
    var unknown: [String] = []
    var outcome = AttackOutcome()
    /// The lines of the cause of which the gateway has written most to its log.
    var log = LogRate()
    /// Whether the server was still running, and has stopped in an orderly way when it was asked to.
    var survived = true

    /// The number of the victim's calls that failed.
    var failedCalls: Int { failures.values.reduce(0, +) }
}
