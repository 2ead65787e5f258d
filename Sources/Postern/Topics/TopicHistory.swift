/// The recent events of a topic, within limits.
///
/// Offsets are consecutive from 1. The current time is an argument of each method that needs it.
public struct TopicHistory: Sendable {
    /// The limits of a history, of which the first that is reached applies.
    public struct Limits: Hashable, Sendable {
        /// The maximum number of events.
        package var events: Int
        /// The maximum size of all events, in bytes of their encoding.
        package var bytes: Int
        /// The maximum age of an event.
        package var age: Duration

        /// Creates limits.
        ///
        /// - Parameters:
        ///   - events: The maximum number of events; with 0, no history is kept.
        ///   - bytes: The maximum size of all events, in bytes of their encoding.
        ///   - age: The maximum age of an event.
        public init(events: Int = 1000, bytes: Int = 4 << 20, age: Duration = .seconds(300)) {
            self.events = events
            self.bytes = bytes
            self.age = age
        }

        /// No history: events are delivered to current subscribers only.
        public static let none = Limits(events: 0, bytes: 0, age: .zero)
    }

    private struct Entry {
        let payload: Payload
        let time: ContinuousClock.Instant
    }

    private let limits: Limits
    private var entries: [Entry] = []
    // Removed entries stay in the array before this index, because `removeFirst()` for each would take linear time.
    private var first = 0
    private var bytes = 0
    /// The offset of the last event; 0 before the first.
    package private(set) var lastOffset: UInt64 = 0

    /// Creates an empty history.
    package init(limits: Limits) { self.limits = limits }

    /// The number of events in the history.
    package var count: Int { entries.count - first }

    /// The offset of the oldest event in the history, or of the next event if the history is empty.
    package var firstOffset: UInt64 { lastOffset - UInt64(count) + 1 }

    /// Appends an event, and returns its offset.
    package mutating func append(_ payload: Payload, at now: ContinuousClock.Instant) -> UInt64 {
        lastOffset += 1
        if limits.events > 0 {
            entries.append(Entry(payload: payload, time: now))
            bytes += payload.bytes.count
        }
        trim(at: now)
        return lastOffset
    }

    /// Returns the events after an offset, oldest first.
    ///
    /// - Returns: The events, or `nil` if some of them were removed or the offset is larger than ``lastOffset``.
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
        // Compacting when half of the array is unused takes amortised constant time for each event.
        if first > entries.count / 2 {
            entries.removeFirst(first)
            first = 0
        }
    }

    private func isPastLimits(_ oldest: Entry, at now: ContinuousClock.Instant) -> Bool {
        count > limits.events || bytes > limits.bytes || now - oldest.time > limits.age
    }
}
