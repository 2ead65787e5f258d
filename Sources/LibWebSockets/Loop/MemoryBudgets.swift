import PosternLedger

/// The budgets that the memory of each connection of a server counts against.
struct MemoryBudgets {
    /// The ledger of the process.
    let ledger: MemoryLedger
    /// The budget of each connection, in bytes.
    let connectionBytes: Int

    /// Creates the account of a connection.
    ///
    /// - Parameters:
    ///   - connection: The connection, which is retained until its account is closed.
    ///   - loop: The loop of the connection, on which it is cut.
    ///   - address: The address of the client; `nil` if it is not limited.
    /// - Returns: The account.
    func account(cutting connection: any CutTarget, on loop: EventLoop, of address: MemoryAddress?) -> MemoryAccount {
        MemoryAccount(tally(cutting: connection, on: loop, of: address))
    }

    /// Creates a tally of a connection that any thread may change; the parameters are those of its account.
    func tally(cutting connection: any CutTarget, on loop: EventLoop, of address: MemoryAddress?) -> MemoryTally {
        // Not a weak reference: once an object has one, each time that it is retained or released takes longer.
        let target = LoopBound(connection, on: loop)
        return MemoryTally(ledger, limit: connectionBytes, address: address) {
            // Not at once, even on the loop's own thread: the connection may be in the middle of a step.
            target.loop.execute { target.value.cut() }
        }
    }
}

/// A connection that is closed when it holds too much memory.
protocol CutTarget: AnyObject {
    /// Closes the connection, if it is still open.
    func cut()
}
