package import Postern

/// A range of events that a subscription missed.
package struct SubscriptionGap: Hashable, Sendable {
    /// The offset of the first missing event.
    package var from: UInt64
    /// The offset of the last missing event; `nil` if their number is unknown.
    package var to: UInt64?
    /// The cause, in one word.
    package var reason: String
    /// The position at which the subscription continues; `nil` for a source without history.
    package var next: StreamPosition?

    /// Creates a gap from its parts.
    package init(from: UInt64, to: UInt64?, reason: String, next: StreamPosition? = nil) {
        self.from = from
        self.to = to
        self.reason = reason
        self.next = next
    }

    /// Creates the gap between the last position of a reader and the position at which it continues, or `nil` if the
    /// positions are equal.
    ///
    /// If the epoch has changed or `last` is in the future, the number of missing events is unknown and the reason is
    /// `epochChanged` or `positionUnknown`.
    ///
    /// - Parameters:
    ///   - last: The position after the last event that the reader received.
    ///   - next: The position before the first event that the reader will receive.
    ///   - reason: The reason for a gap within one epoch.
    package init?(after last: StreamPosition, before next: StreamPosition, reason: String) {
        guard last != next else { return nil }
        // `last` comes from a client, so it may be the largest offset.
        let (from, isLargest) = last.offset.addingReportingOverflow(1)
        let isKnown = last.epoch == next.epoch && last.offset < next.offset
        self.init(
            from: isLargest ? last.offset : from,
            to: isKnown ? next.offset : nil,
            reason: isKnown ? reason : last.epoch == next.epoch ? "positionUnknown" : "epochChanged",
            next: next
        )
    }

    /// The number of missing events; `nil` if it is unknown.
    package var dropped: UInt64? { to.map { $0 >= from ? $0 - from &+ 1 : 0 } }
}
