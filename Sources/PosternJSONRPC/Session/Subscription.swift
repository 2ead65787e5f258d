internal import Postern
internal import PosternLedger

/// An open subscription of a client to a stream or a topic.
struct Subscription {
    /// The id, as written between quotes in JSON.
    let id: [UInt8]
    /// The method of its notifications.
    let notification: String
    let source: Source
    /// The size of the arguments of the handler that produces the stream, in bytes; `nil` for a topic.
    var argumentBytes: Int?
    /// The events held until the response that opened the subscription is sent; `nil` from then on.
    private(set) var held: [HeldEvent]? = []

    /// The origin of the events.
    enum Source {
        /// A stream that a method returned, with the epoch of its offsets if it has any.
        case stream(epoch: String?)
        /// A topic, by its name.
        case topic(String)
    }

    /// Returns the action that stops the source of the events.
    func end(_ ticket: SubscriptionTicket) -> JSONRPCSession.Action {
        switch source {
        case .stream: .cancelSubscription(ticket)
        case .topic(let topic): .leaveTopic(ticket, topic: topic)
        }
    }

    /// The size of the held events, in bytes.
    var heldBytes: Int { held?.reduce(0) { $0 + $1.byteCount } ?? 0 }

    /// The size of what the handler of the stream holds, in bytes.
    var producerBytes: Int { argumentBytes.map(MemoryKind.bytes(ofArguments:)) ?? 0 }

    /// Holds an event.
    mutating func hold(_ event: HeldEvent) { held?.append(event) }

    /// Removes the held events and returns them, because they are sent; later ones are not held.
    mutating func takeHeld() -> [HeldEvent] { held.take() ?? [] }

    /// The epoch of the offsets of a stream.
    var epoch: String? {
        if case .stream(let epoch) = source { epoch } else { nil }
    }

    /// Returns the text of an id, which clients may write with different escapes.
    static func text(of id: [UInt8]) -> [UInt8] { JSONEscape.decoded(id.span) ?? id }

    /// Returns the method of the notifications of a stream: `<service>.subscription`.
    static func notification(of method: String) -> String {
        var names = method.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        names.append("subscription")
        return names.joined(separator: ".")
    }
}

/// Identifies a subscription of a session until the subscription ends; never reused.
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
