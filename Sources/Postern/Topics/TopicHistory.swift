/// The last events of a topic, as many as the limits allow.
///
/// Pure: what time it is comes in as an argument. Offsets count from 1 and have no holes.
public struct TopicHistory: Sendable {
    /// How much of the past is kept; whatever limit is reached first counts.
    public struct Limits: Hashable, Sendable {
        /// The most events.
        package var events: Int
        /// The most bytes of encoded events.
        package var bytes: Int
        /// How long an event is kept.
        package var age: Duration

        /// Takes limits; with 0 events nothing is kept.
        public init(events: Int = 1000, bytes: Int = 4 << 20, age: Duration = .seconds(300)) {
            self.events = events
            self.bytes = bytes
            self.age = age
        }

        /// Nothing is kept: who was not there missed it.
        public static let none = Limits(events: 0, bytes: 0, age: .zero)
    }

    private struct Entry {
        let payload: Payload
        let time: ContinuousClock.Instant
    }

    private let limits: Limits
    private var entries: [Entry] = []
    /// Entries before this index are dropped already.
    private var first = 0
    private var bytes = 0
    /// The offset of the last event; 0 before the first.
    package private(set) var lastOffset: UInt64 = 0

    /// Makes a history without events.
    package init(limits: Limits) { self.limits = limits }

    /// How many events are kept.
    package var count: Int { entries.count - first }

    /// The offset of the oldest event that is kept, or of the next one when none is.
    package var firstOffset: UInt64 { lastOffset - UInt64(count) + 1 }

    /// Adds an event and returns its offset.
    package mutating func append(_ payload: Payload, at now: ContinuousClock.Instant) -> UInt64 {
        lastOffset += 1
        if limits.events > 0 {
            entries.append(Entry(payload: payload, time: now))
            bytes += payload.bytes.count
        }
        trim(at: now)
        return lastOffset
    }

    /// The events after an offset, oldest first; `nil` when some of them are gone, or the offset is still to come.
    package mutating func events(after offset: UInt64, at now: ContinuousClock.Instant) -> [StreamItem]? {
        trim(at: now)
        guard offset <= lastOffset, offset + 1 >= firstOffset else { return nil }
        let skipped = Int(offset + 1 - firstOffset)
        return entries[(first + skipped)...].enumerated().map { step, entry in
            StreamItem(entry.payload, offset: offset + 1 + UInt64(step))
        }
    }

    private mutating func trim(at now: ContinuousClock.Instant) {
        while first < entries.count, isPastLimits(entries[first], at: now) {
            bytes -= entries[first].payload.bytes.count
            first += 1
        }
        // Moving the rest down once in a while costs a constant time for each event.
        if first > entries.count / 2 {
            entries.removeFirst(first)
            first = 0
        }
    }

    private func isPastLimits(_ oldest: Entry, at now: ContinuousClock.Instant) -> Bool {
        count > limits.events || bytes > limits.bytes || now - oldest.time > limits.age
    }
}
