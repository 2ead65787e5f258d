// A duration from a user, an option or the wire may be of any size, and clocks, timers and sums of times trap beyond their
// range. Every one becomes a moment or a pause through what is here; `DurationTests` of the architecture look for others.

extension Duration {
    /// The longest time that is counted: 1,000,000,000 s, some 31 years.
    package static var longest: Duration { .seconds(1_000_000_000) }

    /// The nearest time from zero to ``longest``.
    package var clamped: Duration { min(max(self, .zero), .longest) }
}

extension ContinuousClock.Instant {
    /// The latest moment that is waited for: ``Duration/longest`` after the program first asked.
    package static let latest = ContinuousClock.Instant.now + .longest

    /// The moment a time after this one; a time below zero counts as none, one above ``Duration/longest`` as that.
    package func later(by duration: Duration) -> Self { self + duration.clamped }

    /// This moment, or ``latest`` where it is later than that.
    package var clamped: Self { min(self, .latest) }

    /// The time that is left until this moment; zero when it has passed.
    package func timeLeft(at now: Self = .now) -> Duration { self > now ? min(self - now, .longest) : .zero }
}
