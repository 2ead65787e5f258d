import Synchronization

/// Large results on their way from the thread that made them to the loop of their connection.
///
/// The account of a connection belongs to its loop. Many calls may end before the loop sees the first result, so results
/// are counted in the ledger itself until then.
extension MemoryLedger {
    /// Counts a result that is sent to its loop.
    ///
    /// Results up to ``step`` are admitted and not counted.
    ///
    /// - Returns: Whether the budget of the process has room for the result; if not, it must not be sent.
    package func depart(_ byteCount: Int) -> Bool {
        guard byteCount > Self.step else { return true }
        // Added before the check, so that of many results which end at once no two pass for the same room.
        inTransit.wrappingAdd(byteCount, ordering: .relaxed)
        guard held > threshold else { return true }
        inTransit.wrappingSubtract(byteCount, ordering: .relaxed)
        countRefusal(.processFull)
        return false
    }

    /// Ends the count of a result that its loop has received.
    package func arrive(_ byteCount: Int) {
        if byteCount > Self.step { inTransit.wrappingSubtract(byteCount, ordering: .relaxed) }
    }
}
