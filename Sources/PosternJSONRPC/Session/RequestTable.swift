internal import Postern

/// The calls that a session waits for, found by ticket or by id.
struct RequestTable {
    private var calls = GenerationalTable<OpenRequest>()
    /// A digest of each slot's id, so that looking for an id touches little memory; 0 for none.
    private var digests: [UInt64] = []
    /// How many calls wait for their turn in a batch.
    private(set) var waitingCount = 0

    /// How many calls run.
    var runningCount: Int { calls.count - waitingCount }

    var isEmpty: Bool { calls.isEmpty }

    mutating func insert(_ call: OpenRequest) -> CallTicket {
        let (slot, generation) = calls.insert(call)
        while digests.count <= slot { digests.append(0) }
        digests[slot] = Self.digest(call.id.span)
        if call.isWaiting { waitingCount += 1 }
        return CallTicket(slot: slot, generation: generation)
    }

    mutating func remove(_ ticket: CallTicket) -> OpenRequest? {
        guard let call = calls.remove(ticket.slot, ticket.generation) else { return nil }
        digests[ticket.slot] = 0
        if call.isWaiting { waitingCount -= 1 }
        if calls.slotCount < digests.count { digests = [] }
        return call
    }

    /// Takes what a waiting call needs to start, which counts as running from now on.
    mutating func start(_ ticket: CallTicket) -> (call: Call, options: JSONRPCSession.CallOptions)? {
        guard let waiting = calls[ticket.slot, ticket.generation]?.details?.waiting.take() else { return nil }
        waitingCount -= 1
        return waiting
    }

    mutating func cancel(_ ticket: CallTicket) { calls[ticket.slot, ticket.generation]?.isCancelled = true }

    subscript(ticket: CallTicket) -> OpenRequest? { calls[ticket.slot, ticket.generation] }

    /// The call with this id, bytes compared; `null` is the id of none.
    func ticket(ofID id: Span<UInt8>) -> CallTicket? {
        let digest = Self.digest(id)
        guard digest != 0 else { return nil }
        for slot in digests.indices where digests[slot] == digest {
            guard let generation = calls.generation(of: slot) else { continue }
            let ticket = CallTicket(slot: slot, generation: generation)
            if let found = self[ticket]?.id, found.span.hasSameBytes(as: id) { return ticket }
        }
        return nil
    }

    /// The tickets of all calls; those that wait for their turn first.
    var tickets: [CallTicket] {
        var (waiting, running): ([CallTicket], [CallTicket]) = ([], [])
        calls.forEach { slot, generation, call in
            let ticket = CallTicket(slot: slot, generation: generation)
            if call.isWaiting { waiting.append(ticket) } else { running.append(ticket) }
        }
        return waiting + running
    }

    /// Empties the table, and gives the tickets of the calls that ran; those that join a topic have no handler.
    mutating func removeAll() -> [CallTicket] {
        var running: [CallTicket] = []
        calls.forEach { slot, generation, call in
            if !call.isWaiting, !call.isTopic { running.append(CallTicket(slot: slot, generation: generation)) }
        }
        calls.removeAll()
        digests = []
        waitingCount = 0
        return running
    }

    /// Zero for the ids that name nothing: none, and null.
    static func digest(_ id: Span<UInt8>) -> UInt64 {
        if id.count == 0 || id[0] == UInt8(ascii: "n") { return 0 }
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in id.indices { digest = (digest ^ UInt64(id[index])) &* 0x100_0000_01B3 }
        return digest | 1
    }
}

/// Names one call that a session has handed out, until it is finished; never used again.
package struct CallTicket: Hashable, Sendable {
    @usableFromInline let slot: Int
    @usableFromInline let generation: UInt64

    /// The ticket of the only call of an exchange that has no session.
    package static let only = CallTicket(slot: 0, generation: 0)

    // Written out for `@inlinable`: runners in other modules keep their calls in dictionaries of tickets.
    @inlinable
    package static func == (left: CallTicket, right: CallTicket) -> Bool {
        left.slot == right.slot && left.generation == right.generation
    }

    /// Hashes the slot and the generation.
    @inlinable
    package func hash(into hasher: inout Hasher) {
        hasher.combine(slot)
        hasher.combine(generation)
    }
}
