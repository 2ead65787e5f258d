import Postern

/// The time limits of one call that waits for a connection.
struct ConnectionWait {
    /// The deadline of the call; `nil` for none.
    let deadline: ContinuousClock.Instant?
    /// The time until which the call waits while no restarted server is expected.
    let patience: ContinuousClock.Instant
    /// The size of its arguments, which are held in memory meanwhile, in bytes.
    let byteCount: Int

    /// Creates the limits of a call that begins to wait now.
    init(until deadline: ContinuousClock.Instant?, patience: Duration, byteCount: Int = 0) {
        self.deadline = deadline
        self.patience = .now.later(by: patience)
        self.byteCount = byteCount
    }

    /// Returns the time at which the wait ends.
    ///
    /// - Parameters:
    ///   - now: The current time.
    ///   - successor: The time until which a restarted server is expected after a goodbye; `nil` when none is.
    /// - Returns: The time; `nil` when it has passed.
    /// - Throws: `CallError` with `.deadlineExceeded` when the deadline of the call has passed.
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

/// The number of calls that wait for a connection, and the bytes of their arguments.
struct WaitingCalls {
    private(set) var count = 0
    private(set) var byteCount = 0

    /// Adds a call; returns `false` when it would exceed a limit.
    mutating func add(_ bytes: Int, within limits: (calls: Int, bytes: Int)) -> Bool {
        // A single call may be larger than the limit, or it could never be made.
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
