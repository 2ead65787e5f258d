/// The delays between attempts to connect.
///
/// The first attempt has no delay. The next ones follow quickly, as the server may be about to start; then the delays
/// grow exponentially up to a maximum. Each delay is randomised, so that many clients do not connect at the same
/// moment.
struct Backoff {
    /// The second delay.
    static let first = Duration.milliseconds(25)
    /// The longest delay while a restarted server is likely to come up soon.
    static let longestAtFirst = Duration.milliseconds(40)
    /// The sum of the delays after which they grow beyond ``longestAtFirst``.
    static let eagerness = Duration.seconds(10)
    /// The longest delay.
    static let longest = Duration.seconds(5)
    static let growth = 1.6
    /// The largest random change of a delay, as a fraction of it.
    static let jitter = 0.2

    private var next = Duration.zero
    private var total = Duration.zero

    /// Returns the next delay, at most a fifth longer or shorter than planned.
    mutating func delay(using random: inout some RandomNumberGenerator) -> Duration {
        let plan = next
        total += plan
        next = min(max(plan * Self.growth, Self.first), total < Self.eagerness ? Self.longestAtFirst : Self.longest)
        return plan * Double.random(in: 1 - Self.jitter...1 + Self.jitter, using: &random)
    }

    /// Starts again without a delay, after a connection that lasted.
    mutating func reset() { self = Backoff() }
}
