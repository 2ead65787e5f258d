package import Postern

/// Events that a subscription did not get.
package struct SubscriptionGap: Hashable, Sendable {
    /// The offset of the first event that is missing.
    package var from: UInt64
    /// The offset of the last event that is missing; `nil` when it is not known how many are.
    package var to: UInt64?
    /// Why, in one word.
    package var reason: String
    /// Where the subscription goes on; `nil` without history.
    package var next: StreamPosition?

    /// Describes a gap.
    package init(from: UInt64, to: UInt64?, reason: String, next: StreamPosition? = nil) {
        self.from = from
        self.to = to
        self.reason = reason
        self.next = next
    }

    /// Describes what is missing between the place where a reader was and the one where it goes on; `nil` for nothing.
    ///
    /// In another epoch offsets begin anew, and a place that is still to come was never there: then the number of
    /// missing events is not known, and the reason is `epochChanged` or `positionUnknown`.
    ///
    /// - Parameters:
    ///   - last: Behind the last event that the reader has had.
    ///   - next: Before the first event that it gets.
    ///   - reason: Why events of one epoch are missing.
    package init?(after last: StreamPosition, before next: StreamPosition, reason: String) {
        guard last != next else { return nil }
        let (from, isLargest) = last.offset.addingReportingOverflow(1)
        let isKnown = last.epoch == next.epoch && last.offset < next.offset
        self.init(
            from: isLargest ? last.offset : from,
            to: isKnown ? next.offset : nil,
            reason: isKnown ? reason : last.epoch == next.epoch ? "positionUnknown" : "epochChanged",
            next: next
        )
    }

    /// How many events are missing; `nil` when that is not known.
    package var dropped: UInt64? { to.map { $0 >= from ? $0 - from &+ 1 : 0 } }
}
