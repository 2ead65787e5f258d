import Postern

/// How long one call waits for a connection.
struct ConnectionWait {
    /// When the caller stops waiting; `nil` for no limit.
    let deadline: ContinuousClock.Instant?
    /// Until when the call waits while no server is expected.
    let patience: ContinuousClock.Instant
    /// The bytes of its arguments, which are held meanwhile.
    let byteCount: Int

    /// Begins now.
    init(until deadline: ContinuousClock.Instant?, patience: Duration, byteCount: Int = 0) {
        self.deadline = deadline
        self.patience = .now.later(by: patience)
        self.byteCount = byteCount
    }

    /// When the wait ends.
    ///
    /// - Parameters:
    ///   - now: The current time.
    ///   - successor: Until when another server is expected in the place of one that has said goodbye.
    /// - Returns: The time; `nil` when no connection has come in time.
    /// - Throws: `CallError` with `.deadlineExceeded` when the caller stops waiting.
    func end(
        at now: ContinuousClock.Instant,
        successor: ContinuousClock.Instant?
    ) throws(CallError) -> ContinuousClock.Instant? {
        if let deadline, deadline <= now {
            throw CallError(.deadlineExceeded, "No connection came before the time for the call ran out", ran: .no)
        }
        let limit = successor.map { max($0, patience) } ?? patience
        guard limit > now else { return nil }
        return deadline.map { min($0, limit) } ?? limit
    }
}

/// The calls that wait for a connection, counted with the bytes that they hold.
struct WaitingCalls {
    private(set) var count = 0
    private(set) var byteCount = 0

    /// Adds a call; false when there are too many.
    mutating func add(_ bytes: Int, within limits: (calls: Int, bytes: Int)) -> Bool {
        guard count < limits.calls, byteCount <= limits.bytes - bytes || count == 0 else { return false }
        count += 1
        byteCount += bytes
        return true
    }

    /// Removes a call that was added.
    mutating func remove(_ bytes: Int) {
        count -= 1
        byteCount -= bytes
    }
}
