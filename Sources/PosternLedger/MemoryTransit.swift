import Synchronization

/// The large results of one connection that are on their way from the threads that made them to its loop.
///
/// The account of a connection belongs to its loop. Many calls may end before the loop receives the first result, so
/// results are counted here until then, within the budgets of the connection and of the process.
package final class MemoryTransit: Sendable {
    private let ledger: MemoryLedger
    private let limit: Int
    private let bytes = Atomic(0)

    /// Creates the count of a connection.
    ///
    /// - Parameters:
    ///   - ledger: The ledger of the process.
    ///   - limit: The budget of the connection, in bytes.
    package init(_ ledger: MemoryLedger, limit: Int) {
        self.ledger = ledger
        self.limit = limit
    }

    /// Counts a result that is sent to its loop, or that waits to be written for it.
    ///
    /// Results up to ``MemoryLedger/step`` are admitted and not counted.
    ///
    /// - Returns: Why the budgets have no room for the result, which then must not be sent; `nil` if they have. A single
    ///   result is admitted whatever the budget of the connection is.
    package func depart(_ byteCount: Int) -> MemoryRefusal? {
        guard byteCount > MemoryLedger.step else { return nil }
        // Added before the check, so that of many results which end at once no two pass for the same room.
        let sum = bytes.wrappingAdd(byteCount, ordering: .relaxed).newValue
        var refusal: MemoryRefusal?
        if sum > limit, sum > byteCount {
            refusal = .connectionFull
            ledger.countRefusal(.connectionFull)
        } else if !ledger.depart(byteCount) {
            refusal = .processFull
        }
        if refusal != nil { bytes.wrappingSubtract(byteCount, ordering: .relaxed) }
        return refusal
    }

    /// Ends the count of a result that its loop has received, or that is not sent.
    package func arrive(_ byteCount: Int) {
        guard byteCount > MemoryLedger.step else { return }
        bytes.wrappingSubtract(byteCount, ordering: .relaxed)
        ledger.arrive(byteCount)
    }

    /// Counts the text into which a result is written, while `body` writes it.
    package func whileWriting<Value>(_ byteCount: Int, _ body: () -> Value) -> Value {
        bytes.wrappingAdd(byteCount, ordering: .relaxed)
        ledger.inTransit.wrappingAdd(byteCount, ordering: .relaxed)
        defer {
            bytes.wrappingSubtract(byteCount, ordering: .relaxed)
            ledger.inTransit.wrappingSubtract(byteCount, ordering: .relaxed)
        }
        return body()
    }
}
