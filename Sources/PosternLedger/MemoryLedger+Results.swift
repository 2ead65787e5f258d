import Synchronization

/// Large results of all connections, each of which counts its own in a ``MemoryTransit``.
extension MemoryLedger {
    /// Counts a result that is sent to its loop.
    ///
    /// Results up to ``step`` are admitted and not counted.
    ///
    /// - Returns: Whether the budget of the process has room for the result; if not, it must not be sent.
    func depart(_ byteCount: Int) -> Bool {
        guard byteCount > Self.step else { return true }
        // Added before the check, so that of many results which end at once no two pass for the same room.
        inTransit.wrappingAdd(byteCount, ordering: .relaxed)
        guard held > threshold else { return true }
        inTransit.wrappingSubtract(byteCount, ordering: .relaxed)
        countRefusal(.processFull)
        return false
    }

    /// Counts an event that is delivered to its readers, whether or not the budget has room for it.
    ///
    /// Events up to ``step`` are not counted. ``endDelivery(of:)`` must be called with the same number.
    package func beginDelivery(of byteCount: Int) { if byteCount > Self.step { countShared(byteCount) } }

    /// Ends the count of an event.
    package func endDelivery(of byteCount: Int) { arrive(byteCount) }

    /// Counts bytes that are held for no client alone, such as the events of a topic; fewer if negative.
    package func countShared(_ difference: Int) {
        inTransit.wrappingAdd(difference, ordering: .relaxed)
        if difference > 0 { cutIfExceeded() } else { noteFreed(-difference) }
    }

    /// Ends the count of a result that its loop has received.
    func arrive(_ byteCount: Int) {
        if byteCount > Self.step { countShared(-byteCount) }
    }
}
