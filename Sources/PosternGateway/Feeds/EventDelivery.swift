import Postern
import PosternJSONRPC

/// The delivery of one event to the members of a feed, in parts.
///
/// A large event that all readers received in one turn of the loop would keep it from others for long, and fill the
/// memory of those that do not read before any of them could be cut.
struct EventDelivery {
    /// The event; `nil` if it cannot be sent, so that the members are notified of a gap.
    private let event: TopicEvent?
    private let place: StreamPosition
    /// The offset behind the last event of the feed; `nil` for an event without an offset.
    private let expected: UInt64?
    private let members: [ReaderTable<UInt64>.Entry?]
    private var next = 0

    /// The number of bytes in one part.
    private static let partBytes = 1 << 20

    /// Creates the delivery of an event that no member has.
    ///
    /// - Parameters:
    ///   - event: The event; `nil` if it cannot be sent.
    ///   - place: The position of the event.
    ///   - expected: The offset behind the last event; `nil` for an event without an offset.
    ///   - members: The members, each with the offset of the last event that it has; `nil` in unused places.
    init(_ event: TopicEvent?, at place: StreamPosition, expected: UInt64?, to members: [ReaderTable<UInt64>.Entry?]) {
        self.event = event
        self.place = place
        self.expected = expected
        self.members = members
    }

    /// Delivers the next part.
    ///
    /// - Returns: Whether all members have the event.
    mutating func proceed() -> Bool {
        let byteCount = event?.byteCount(subscriptionIDBytes: 0) ?? 0
        var rest = Self.partBytes
        while next < members.count, rest > 0 {
            if let member = members[next] {
                deliver(to: member)
                rest -= byteCount
            }
            next += 1
        }
        return next == members.count
    }

    private func deliver(to member: ReaderTable<UInt64>.Entry) {
        guard let expected else {
            if let event { member.reader.topicEvent(event, at: place) }
            return
        }
        // A member that joined after a catch-up may already have received this event.
        guard member.value < place.offset else { return }
        let first = max(expected, member.value + 1)
        guard let event else { return member.reader.topicGap(.unsent(from: first, at: place), before: place) }
        if first < place.offset { member.reader.topicGap(.slow(from: first, before: place), before: place) }
        member.reader.topicEvent(event, at: place)
    }
}

extension SubscriptionGap {
    /// Returns the gap that an event leaves which cannot be sent, with the events that were lost before it.
    static func unsent(from first: UInt64, at place: StreamPosition) -> SubscriptionGap {
        SubscriptionGap(from: first, to: place.offset, reason: "notSent", next: place)
    }

    /// Returns the gap before an event, for events that were dropped because this gateway read too slowly.
    static func slow(from first: UInt64, before place: StreamPosition) -> SubscriptionGap {
        SubscriptionGap(from: first, to: place.offset - 1, reason: "slow", next: place.before)
    }
}

extension StreamPosition {
    /// The position before this one.
    var before: StreamPosition { StreamPosition(epoch: epoch, offset: offset - 1) }
}
