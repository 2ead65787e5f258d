/// Names one call that a session has handed out, until it is finished; never used again.
public struct CallTicket: Hashable, Sendable {
    let slot: Int
    let generation: UInt64

    /// Names the call of a request outside any session, where there is only one.
    public static let only = CallTicket(slot: 0, generation: 0)
}

/// Names one subscription of a session, until it has ended; never used again.
public struct SubscriptionTicket: Hashable, Sendable {
    let slot: Int
    let generation: UInt64
}
