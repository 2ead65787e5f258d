/// Names one call that a session has handed out, until it is finished; never used again.
public struct CallTicket: Hashable, Sendable {
    let slot: Int
    let generation: UInt64
}

/// Names one subscription of a session, until it has ended; never used again.
public struct SubscriptionTicket: Hashable, Sendable {
    let slot: Int
    let generation: UInt64
}
