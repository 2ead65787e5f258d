/// The numbers of the bars.
struct BarLimits: Sendable {
    /// What a process may hold for all of its clients, in bytes.
    var budget = 256 << 20

    /// The least latency that counts as late, in milliseconds.
    static let latency = 20.0
    /// What may stay above the value before the attack, in bytes.
    static let memoryAfter = 32 << 20
    /// The time until all is back.
    static let recovery = Duration.seconds(15)
    /// What each connection may take besides, in bytes.
    private static let connection = 64 << 10

    /// Returns the most memory during an attack.
    ///
    /// A gateway has the clients, so it and the services behind it have its budget together.
    func peakMemory(_ figures: Figures) -> Int {
        figures.base.memory + budget + figures.outcome.connections * Self.connection
    }

    /// Returns the most lines of a log for one cause: 20 a second, and one that counts those left out.
    static func logLines(seconds: Double) -> Double { 21 * (seconds + 2) }

    /// Returns whether the usage after an attack is that before it.
    static func isBack(_ usage: Usage, to base: Usage) -> Bool {
        // The pools of threads grow with the first work that blocks.
        usage.memory <= base.memory + memoryAfter && usage.descriptors <= base.descriptors
            && usage.threads <= base.threads + 8
    }
}
