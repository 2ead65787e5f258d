internal import Postern

/// Something that a client wants to hear of.
struct Subscription {
    /// The id, as it stands between quotes in JSON.
    let id: [UInt8]
    /// The method of its notifications.
    let notification: String
    let source: Source
    /// Whether its response has yet to leave.
    var isHeld = true
    /// Messages that wait for the response to leave.
    var held: [[UInt8]] = []

    enum Source {
        case stream(epoch: String?)
        case topic(String)
    }

    /// What the owner of the session has to do when it ends early.
    func end(_ ticket: SubscriptionTicket) -> JSONRPCSession.Action {
        switch source {
        case .stream: .cancelSubscription(ticket)
        case .topic(let topic): .leaveTopic(ticket, topic: topic)
        }
    }

    var epoch: String? {
        if case .stream(let epoch) = source { epoch } else { nil }
    }

    /// The method of the notifications of a stream that a method returned: `<service>.subscription`.
    static func notification(of method: String) -> String {
        var names = method.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        names.append("subscription")
        return names.joined(separator: ".")
    }
}

/// Names one subscription of a session, until it has ended; never used again.
package struct SubscriptionTicket: Hashable, Sendable {
    @usableFromInline let slot: Int
    @usableFromInline let generation: UInt64

    // Written out for `@inlinable`, as for `CallTicket`.
    @inlinable
    package static func == (left: SubscriptionTicket, right: SubscriptionTicket) -> Bool {
        left.slot == right.slot && left.generation == right.generation
    }

    /// Hashes the slot and the generation.
    @inlinable
    package func hash(into hasher: inout Hasher) {
        hasher.combine(slot)
        hasher.combine(generation)
    }
}
