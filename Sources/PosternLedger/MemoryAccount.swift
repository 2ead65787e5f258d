/// The tally of a connection that several objects of one event loop share.
///
/// All members must be used on the loop's thread.
package final class MemoryAccount {
    private var tally: MemoryTally

    /// Creates the account of a connection from an empty tally.
    package init(_ tally: MemoryTally) { self.tally = tally }

    /// Counts everything that is held, now and later, for another address; for none if it is `nil`.
    package func move(to address: MemoryAddress?) { tally.move(to: address) }

    /// The number of bytes held, of all kinds.
    package var held: Int { tally.held }

    /// Returns the number of bytes of a kind.
    package subscript(kind: MemoryKind) -> Int { tally[kind] }

    /// Returns why the budgets have no room for more bytes, as ``MemoryTally/refusal(for:)``.
    package func refusal(for bytes: Int) -> MemoryRefusal? { tally.refusal(for: bytes) }

    /// Counts a refusal.
    package func countRefusal(_ refusal: MemoryRefusal) { tally.countRefusal(refusal) }

    /// Adds bytes if the budgets have room for them, as ``MemoryTally/charge(_:for:)``.
    package func charge(_ bytes: Int, for kind: MemoryKind) -> MemoryRefusal? { tally.charge(bytes, for: kind) }

    /// Adds bytes that are held already, whether or not the budgets have room.
    package func add(_ bytes: Int, for kind: MemoryKind) { tally.add(bytes, for: kind) }

    /// Subtracts bytes that are no longer held.
    package func release(_ bytes: Int, of kind: MemoryKind) { tally.release(bytes, of: kind) }

    /// Sets the number of bytes of a kind, whether or not the budgets have room.
    package func set(_ bytes: Int, for kind: MemoryKind) { tally.set(bytes, for: kind) }

    /// Sets the size of an incomplete message, body or frame, as ``MemoryTally/chargeInput(_:)``.
    package func chargeInput(_ bytes: Int) -> MemoryRefusal? { tally.chargeInput(bytes) }

    /// Ends the account, since its connection has ended; everything must have been released by now.
    package func close() {
        for kind in MemoryKind.allCases { assert(tally[kind] == 0, "\(tally[kind]) bytes of \(kind) are not released") }
        tally.end()
    }

    // An account whose `onCut` retains nothing need not be closed, and must not leave bytes in the ledger.
    deinit { tally.end() }
}
