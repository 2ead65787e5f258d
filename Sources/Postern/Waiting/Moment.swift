/// A moment of the continuous clock, as calls keep it.
///
/// The compiler does not know the layout of `ContinuousClock.Instant`, as that of every type which the standard library
/// may still change: a value that holds one is copied by calls into the runtime, and so is every value around that one.
/// A call has several.
package struct Moment: Comparable, Hashable, Sendable {
    private let sinceEpoch: Duration

    /// The same moment as the standard library has it.
    package init(_ instant: ContinuousClock.Instant) {
        sinceEpoch = ContinuousClock().systemEpoch.duration(to: instant)
    }

    private init(sinceEpoch: Duration) { self.sinceEpoch = sinceEpoch }

    package static var now: Moment { Moment(.now) }

    /// The same moment for the standard library.
    package var instant: ContinuousClock.Instant { ContinuousClock().systemEpoch.advanced(by: sinceEpoch) }

    package static func < (one: Moment, other: Moment) -> Bool { one.sinceEpoch < other.sinceEpoch }

    package static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(sinceEpoch: moment.sinceEpoch + duration)
    }

    package static func - (end: Moment, start: Moment) -> Duration { end.sinceEpoch - start.sinceEpoch }
}

extension Moment {
    /// The moment a time after this one; a time below zero counts as none, one above ``Duration/longest`` as that.
    package func later(by duration: Duration) -> Moment { self + duration.clamped }

    /// The time that is left until this moment; zero when it has passed.
    package func timeLeft(at now: Moment = .now) -> Duration { self > now ? min(self - now, .longest) : .zero }
}

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
