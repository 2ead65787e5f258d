/// How long to wait between attempts: longer each time, never quite the same.
struct Backoff {
    static let first = Duration.milliseconds(100)
    static let longest = Duration.seconds(5)
    static let growth = 1.6
    static let jitter = 0.2

    private var next = Backoff.first

    /// The next wait, at most a fifth longer or shorter than its plan.
    mutating func delay(using random: inout some RandomNumberGenerator) -> Duration {
        defer { next = min(next * Self.growth, Self.longest) }
        return next * Double.random(in: 1 - Self.jitter...1 + Self.jitter, using: &random)
    }

    /// Begins anew after a success.
    mutating func reset() { next = Self.first }
}
