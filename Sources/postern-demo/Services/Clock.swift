import FoundationEssentials
import Postern

/// The service `clock`, an example of a stream.
enum Clock {
    /// Registers the service.
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

/// An item of the stream of ticks.
struct Tick: Encodable, Sendable {
    /// The time, in RFC 3339.
    let now: String
    /// The number of the tick, from 1 on.
    let tick: Int
}

/// An endless sequence of ticks.
///
/// Ticks that a slow reader has missed are skipped, so that it does not receive a burst.
private struct Ticks: AsyncSequence, Sendable {
    let interval: Duration

    func makeAsyncIterator() -> Iterator { Iterator(interval: interval) }

    struct Iterator: AsyncIteratorProtocol {
        let interval: Duration
        private var next = ContinuousClock.now
        private var count = 0

        init(interval: Duration) { self.interval = interval }

        mutating func next() async -> Tick? {
            // Advanced from the previous tick and not from now, so that the interval does not drift.
            next = Swift.max(next + interval, .now)
            guard (try? await Task.sleep(until: next, clock: .continuous)) != nil else { return nil }
            count += 1
            return Tick(now: Timestamp(Date.now).rfc3339, tick: count)
        }
    }
}
