internal import Postern

/// The requests of a session that have no response yet, found by ticket or by id.
struct RequestTable {
    private var calls = GenerationalTable<OpenRequest>()
    /// A digest of each slot's id, or 0 for a slot without one.
    ///
    /// A search by id scans these numbers instead of the calls, whose ids are separate allocations.
    private var digests: [UInt64] = []
    /// The number of calls that wait in a batch.
    private(set) var waitingCount = 0

    /// The number of calls that run.
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
        // The table of slots shrinks when it becomes empty, and the digests with it.
        if calls.slotCount < digests.count { digests = [] }
        return call
    }

    /// Marks a waiting call as running.
    ///
    /// - Returns: The call and its options, or `nil` if the call does not wait.
    mutating func start(_ ticket: CallTicket) -> (call: Call, options: JSONRPCSession.CallOptions)? {
        guard let waiting = calls[ticket.slot, ticket.generation]?.details?.waiting.take() else { return nil }
        waitingCount -= 1
        return waiting
    }

    mutating func cancel(_ ticket: CallTicket) { calls[ticket.slot, ticket.generation]?.isCancelled = true }

    subscript(ticket: CallTicket) -> OpenRequest? { calls[ticket.slot, ticket.generation] }

    /// Returns the ticket of the call whose id has the same bytes, or `nil`; `null` matches no call.
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

    /// The tickets of all calls, waiting ones first.
    var tickets: [CallTicket] {
        var (waiting, running): ([CallTicket], [CallTicket]) = ([], [])
        calls.forEach { slot, generation, call in
            let ticket = CallTicket(slot: slot, generation: generation)
            if call.isWaiting { waiting.append(ticket) } else { running.append(ticket) }
        }
        return waiting + running
    }

    /// Calls `body` with every call.
    func forEach(_ body: (OpenRequest) -> Void) { calls.forEach { _, _, call in body(call) } }

    /// Removes all calls.
    ///
    /// - Returns: The tickets of the calls whose handlers run. Calls that join a topic have no handler.
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

    /// Returns the FNV-1a hash of an id with its lowest bit set, or 0 for an empty id and `null`.
    static func digest(_ id: Span<UInt8>) -> UInt64 {
        if id.count == 0 || id[0] == UInt8(ascii: "n") { return 0 }
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in id.indices { digest = (digest ^ UInt64(id[index])) &* 0x100_0000_01B3 }
        return digest | 1
    }
}

/// Identifies a call of a session until the call is finished.
///
/// Slots are reused, tickets are not: a late result for a finished call finds no call.
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
