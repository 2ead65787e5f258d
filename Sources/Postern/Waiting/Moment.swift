/// An instant of the continuous clock, with a layout that the compiler knows.
///
/// The layout of `ContinuousClock.Instant` is not known at compile time, like that of every resilient type of the
/// standard library. A value that contains one is copied by calls of the runtime, and so is every value around it. A
/// call contains several.
package struct Moment: Comparable, Hashable, Sendable {
    private let sinceEpoch: Duration

    /// Creates the moment of an instant.
    package init(_ instant: ContinuousClock.Instant) {
        sinceEpoch = ContinuousClock().systemEpoch.duration(to: instant)
    }

    private init(sinceEpoch: Duration) { self.sinceEpoch = sinceEpoch }

    package static var now: Moment { Moment(.now) }

    /// The instant of this moment.
    package var instant: ContinuousClock.Instant { ContinuousClock().systemEpoch.advanced(by: sinceEpoch) }

    package static func < (one: Moment, other: Moment) -> Bool { one.sinceEpoch < other.sinceEpoch }

    package static func + (moment: Moment, duration: Duration) -> Moment {
        Moment(sinceEpoch: moment.sinceEpoch + duration)
    }

    package static func - (end: Moment, start: Moment) -> Duration { end.sinceEpoch - start.sinceEpoch }
}

extension Moment {
    /// Returns the moment after a duration, which is clamped to zero and ``Duration/longest``.
    package func later(by duration: Duration) -> Moment { self + duration.clamped }

    /// Returns the time until this moment, or zero if it has passed.
    package func timeLeft(at now: Moment = .now) -> Duration { self > now ? min(self - now, .longest) : .zero }
}

// Durations from users, options or the wire may have any value, but clocks, timers and sums trap beyond their range.
// All durations are clamped by the functions below before they are used; `DurationTests` looks for others.

extension Duration {
    /// The maximum duration that is used: 1,000,000,000 seconds, about 31 years.
    package static var longest: Duration { .seconds(1_000_000_000) }

    /// This duration, clamped to zero and ``longest``.
    package var clamped: Duration { min(max(self, .zero), .longest) }
}

extension ContinuousClock.Instant {
    /// The latest instant that is used: ``Duration/longest`` after its first use in the process.
    package static let latest = ContinuousClock.Instant.now + .longest

    /// Returns the instant after a duration, which is clamped to zero and ``Duration/longest``.
    package func later(by duration: Duration) -> Self { self + duration.clamped }

    /// This instant, or ``latest`` if it is later than that.
    package var clamped: Self { min(self, .latest) }

    /// Returns the time until this instant, or zero if it has passed.
    package func timeLeft(at now: Self = .now) -> Duration { self > now ? min(self - now, .longest) : .zero }
}
