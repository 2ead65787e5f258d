/// The bytes that one connection makes the server hold, by kind, within the budgets of the connection and the process.
///
/// The owner of the connection counts with plain numbers, and passes changes on to the ledger of the process only in
/// steps of ``MemoryLedger/step``. A call with few arguments costs an addition, and the sum of the process is at most
/// one step for each connection too small.
package struct MemoryTally: Sendable {
    /// The budget of the connection, in bytes.
    package let limit: Int
    /// The number of bytes held, of all kinds.
    package private(set) var held = 0
    private let ledger: MemoryLedger
    /// The address whose budget the bytes count against; `nil` if it is not limited.
    private var address: MemoryAddress?
    private var amounts = InlineArray<6, Int>(repeating: 0)
    /// The number of bytes that the ledger knows.
    private var published = 0
    /// The entry of the connection in the ledger, which exists while the ledger knows of bytes.
    private var holder: MemoryHolder?
    /// A function that cuts the connection, on any thread; `nil` after the end.
    private var onCut: (@Sendable () -> Void)?

    /// Creates an empty tally.
    ///
    /// - Parameters:
    ///   - ledger: The ledger of the process.
    ///   - limit: The budget of the connection, in bytes.
    ///   - address: The address of the client; `nil` if it is not limited.
    ///   - onCut: A function that closes the connection, called on any thread when the process is above its budget and
    ///     this connection is its largest holder. It may retain the connection, since ``end()`` releases the function.
    package init(
        _ ledger: MemoryLedger,
        limit: Int,
        address: MemoryAddress? = nil,
        onCut: @escaping @Sendable () -> Void
    ) {
        self.ledger = ledger
        self.limit = limit
        self.address = address
        self.onCut = onCut
    }

    /// Returns the number of bytes of a kind.
    package subscript(kind: MemoryKind) -> Int { amounts[kind.rawValue] }

    /// Returns why the budgets have no room for more bytes; `nil` if they have.
    ///
    /// A refusal is counted by ``countRefusal(_:)``.
    package func refusal(for bytes: Int) -> MemoryRefusal? {
        // The sum cannot overflow: both numbers are sizes of memory, or lengths that are limited elsewhere.
        let next = held + bytes
        guard next <= limit else { return .connectionFull }
        // Below one step the ledger knows nothing of the connection, which is served in any case. The step itself is
        // asked for, or charges whose sum is exactly a step would never be.
        guard next - published >= MemoryLedger.step else { return nil }
        return ledger.refusal(for: next - published, ofHolderWith: next, at: address)
    }

    /// The number of bytes that ``refusal(for:)`` admits whatever other connections hold; negative for none.
    package var certainRoom: Int { min(limit, published + MemoryLedger.step - 1) - held }

    /// Adds bytes if the budgets have room for them.
    ///
    /// - Returns: `nil`, or why they have not; the refusal is counted, and nothing is added.
    package mutating func charge(_ bytes: Int, for kind: MemoryKind) -> MemoryRefusal? {
        let refusal = refusal(for: bytes)
        if let refusal { countRefusal(refusal) } else { add(bytes, for: kind) }
        return refusal
    }

    /// Counts a refusal.
    package func countRefusal(_ refusal: MemoryRefusal) { ledger.countRefusal(refusal) }

    /// Adds bytes that are held already, whether or not the budgets have room.
    package mutating func add(_ bytes: Int, for kind: MemoryKind) {
        amounts[kind.rawValue] += bytes
        held += bytes
        if held - published >= MemoryLedger.step { publish() }
    }

    /// Subtracts bytes that are no longer held.
    package mutating func release(_ bytes: Int, of kind: MemoryKind) {
        amounts[kind.rawValue] -= bytes
        held -= bytes
        assert(amounts[kind.rawValue] >= 0, "more \(kind) released than charged")
        guard published > 0 else { return }
        if published - held >= MemoryLedger.step || held == 0 { publish() }
    }

    /// Sets the number of bytes of a kind, whether or not the budgets have room.
    package mutating func set(_ bytes: Int, for kind: MemoryKind) {
        let difference = bytes - amounts[kind.rawValue]
        if difference >= 0 { add(difference, for: kind) } else { release(-difference, of: kind) }
    }

    /// Counts everything that is held, now and later, for another address; for none if it is `nil`.
    package mutating func move(to address: MemoryAddress?) {
        guard address != self.address else { return }
        if published > 0 { ledger.move(published, from: self.address, to: address) }
        self.address = address
    }

    /// Sets the size of an incomplete message, body or frame.
    ///
    /// Such input is limited by itself, so the budget of the connection does not matter. A step of it is taken in any
    /// case, so that a short call is refused and not its connection.
    ///
    /// - Returns: `nil`, or the budget that has no room; the refusal is counted, and the number is not changed.
    package mutating func chargeInput(_ bytes: Int) -> MemoryRefusal? {
        let growth = bytes - self[.input]
        guard growth > 0, bytes > MemoryLedger.step, let refusal = refusal(for: growth), refusal.isOfSharedBudget
        else {
            set(bytes, for: .input)
            return nil
        }
        countRefusal(refusal)
        return refusal
    }

    /// Subtracts everything that is still held, since the connection has ended.
    package mutating func end() {
        for kind in MemoryKind.allCases { set(0, for: kind) }
        onCut = nil
    }

    private mutating func publish() {
        let difference = held - published
        let holder = holder ?? MemoryHolder(onCut: onCut)
        self.holder = held == 0 ? nil : holder
        ledger.change(holder, at: address, from: published, by: difference)
        published = held
    }
}
