import FoundationEssentials
import Postern

/// Tells the time, again and again.
enum Clock {
    /// Registers `clock`.
    static func register(in router: Router) {
        let service = router.service("clock", documentation: "The time of this machine")
        service.registerStream(
            "ticks",
            Parameter("interval", "Seconds between two ticks, 0.01 to 3600", default: 1.0),
            options: MethodOptions(documentation: "Sends the time at an interval", isSafe: true)
        ) { (interval: Double) in
            Ticks(interval: .seconds(Interval.clamp(interval, to: 0.01...3600)))
        }
    }
}

/// One event of the clock.
struct Tick: Encodable, Sendable {
    /// RFC 3339 text.
    let now: String
    /// Counts from 1.
    let tick: Int
}

/// Ticks without end; missed ones are left out, so a slow reader never gets a burst.
private struct Ticks: AsyncSequence, Sendable {
    let interval: Duration

    func makeAsyncIterator() -> Iterator { Iterator(interval: interval) }

    struct Iterator: AsyncIteratorProtocol {
        let interval: Duration
        private var next = ContinuousClock.now
        private var count = 0

        init(interval: Duration) { self.interval = interval }

        mutating func next() async -> Tick? {
            next = Swift.max(next + interval, .now)
            guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return nil }
            count += 1
            return Tick(now: Timestamp(Date.now).rfc3339, tick: count)
        }
    }
}
