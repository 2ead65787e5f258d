/// The numbers of the bars.
struct BarLimits: Sendable {
    /// What a process may hold for all of its clients, in bytes.
    var budget = 256 << 20
    /// Whether other programs keep the machine busy, which delays every process on it.
    var isBusy = false

    /// The least latency that counts as late, in milliseconds.
    static let latency = 20.0
    /// The same for the 99th percentile on a busy machine, and for refusals there.
    private static let busyLatency = 250.0
    /// What may stay above the value before the attack, in bytes.
    static let memoryAfter = 32 << 20
    /// The time until all is back.
    static let recovery = Duration.seconds(15)
    /// What each connection may take besides, in bytes.
    private static let connection = 64 << 10
    /// The lines of a log for one cause in a second: 20, and one with the number of those left out.
    private static let linesASecond = 21
    /// The most lines of a log for one cause in one second, in which two seconds of the log's own may meet.
    static let linesInAnySecond = 2 * linesASecond
    /// The share of the peak that must be answered in an overload.
    static let goodput = 0.8

    /// The share of the calls of an overload that must be sent in time: with fewer it would be none.
    static let offered = 0.95

    /// Returns the most memory during an attack.
    ///
    /// A gateway has the clients, so it and the services behind it have its budget together.
    func peakMemory(_ figures: Figures) -> Int {
        figures.base.memory + budget + figures.outcome.connections * Self.connection
    }

    /// Returns the greatest 99th percentile of the victim's latency, in milliseconds.
    func latency(_ figures: Figures) -> Double { isBusy ? Self.busyLatency : max(2 * figures.quiet, Self.latency) }

    /// The longest time until a refusal in an overload, in milliseconds.
    var refusal: Double { isBusy ? Self.busyLatency : 50 }

    /// Returns the most lines of a log for one cause, of which the last comes some seconds after the first.
    static func logLines(seconds: Double) -> Double { Double(linesASecond) * (seconds + 2) }

    /// Returns whether the usage after an attack is that before it.
    static func isBack(_ usage: Usage, to base: Usage) -> Bool {
        // The pools of threads grow with the first work that blocks.
        usage.memory <= base.memory + memoryAfter && usage.descriptors <= base.descriptors
            && usage.threads <= base.threads + 8
    }
}
