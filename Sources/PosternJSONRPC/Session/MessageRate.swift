internal import Postern

/// The rate of the messages of one client: how many it may send, and for how long it has sent more.
///
/// A pure state machine; the time of each message is an argument. The client may send the messages of one second at
/// once. An object, because the size of an `Instant` is known only at run time: see ``JSONRPCSession/deadline``.
final class MessageRate {
    /// The decision about a message.
    enum Verdict: Hashable {
        case admitted
        /// The message exceeds the rate; one that is sent after the time does not.
        case refused(retryAfter: Duration)
    }

    /// The number of messages in a second.
    let limit: Int
    private let interval: Duration
    /// The time at which the messages that were admitted are within the rate, without the burst.
    private var paidUntil: ContinuousClock.Instant?
    private var excess: Excess?

    /// The time in which messages were refused, without a pause.
    private struct Excess {
        var first: ContinuousClock.Instant
        var last: ContinuousClock.Instant
    }

    private static let burst = Duration.seconds(1)
    /// The time for which a client may exceed the rate.
    private static let patience = Duration.seconds(10)
    /// The time without a refusal after which a client no longer exceeds the rate.
    private static let pause = Duration.seconds(2)

    /// Creates the rate of a client that has sent nothing.
    init(limit: Int) {
        let limit = max(1, limit)
        self.limit = limit
        interval = Duration.seconds(1) / limit
    }

    /// Decides about one message.
    func admit(at now: ContinuousClock.Instant) -> Verdict {
        let due = max(paidUntil ?? now, now) + interval
        guard due - now > Self.burst else {
            paidUntil = due
            return .admitted
        }
        if let excess, now - excess.last < Self.pause {
            self.excess?.last = now
        } else {
            excess = Excess(first: now, last: now)
        }
        return .refused(retryAfter: due - now - Self.burst)
    }

    /// Whether the client has exceeded the rate for so long that its connection is to be closed.
    var isExceededForLong: Bool { excess.map { $0.last - $0.first >= Self.patience } ?? false }
}

extension JSONRPCSession {
    /// Returns the error for a message above the rate, and closes the connection of a client that stays above it.
    ///
    /// Never inlined, as most sessions have no rate.
    @inline(never)
    func fault(of rate: MessageRate, _ now: ContinuousClock.Instant, _ actions: inout [Action]) -> CallError? {
        guard case .refused(let time) = rate.admit(at: now) else { return nil }
        if rate.isExceededForLong { actions.append(.close(code: 4413, reason: "too many messages for 10 seconds")) }
        var error = CallError(.limitExceeded, "At most \(rate.limit) messages in a second", ran: .no)
        error.retryAfterMilliseconds = Int((time / .milliseconds(1)).rounded(.up))
        return error
    }

    /// Counts a message without a request, which is answered whatever the rate is.
    func countMessage(_ now: ContinuousClock.Instant, _ actions: inout [Action]) {
        if let rate { _ = fault(of: rate, now, &actions) }
    }
}
