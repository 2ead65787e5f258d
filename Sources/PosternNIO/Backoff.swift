/// How long to wait between attempts to connect: not at all at first, then briefly while the server may be about to
/// start, later longer each time, and never quite the same.
struct Backoff {
    static let first = Duration.milliseconds(25)
    /// The longest wait for as long as a successor of the server is likely to start.
    static let longestAtFirst = Duration.milliseconds(40)
    /// After so much waiting the waits grow further.
    static let eagerness = Duration.seconds(10)
    static let longest = Duration.seconds(5)
    static let growth = 1.6
    static let jitter = 0.2

    private var next = Duration.zero
    private var total = Duration.zero

    /// The next wait, at most a fifth longer or shorter than its plan.
    mutating func delay(using random: inout some RandomNumberGenerator) -> Duration {
        let plan = next
        total += plan
        next = min(max(plan * Self.growth, Self.first), total < Self.eagerness ? Self.longestAtFirst : Self.longest)
        return plan * Double.random(in: 1 - Self.jitter...1 + Self.jitter, using: &random)
    }

    /// Begins anew after a success.
    mutating func reset() { self = Backoff() }
}
