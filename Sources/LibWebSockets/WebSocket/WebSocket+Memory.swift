import PosternLedger

/// The memory that a connection makes this process hold.
extension WebSocket: CutTarget {
    /// Returns whether a response of some bytes may be added to the unsent output.
    ///
    /// The result is always `true` while the connection is writable, since a response is sent soon then.
    package func hasRoom(forAnswer byteCount: Int) -> Bool {
        // Whether the peer reads is known only once the output of this turn has been passed to the system.
        if isCrowded, !isBlocked { flush() }
        return !isBlocked || waitingBytes <= limits.maximumAnswerBytes / 4 * 3 - byteCount
    }

    /// Charges the unsent output, as far as it has changed.
    func chargeOutput() {
        chargedOutput = output.heldCount + heldBytes
        account.set(chargedOutput, for: .output)
    }

    /// Passes long output to the system before the end of the turn, or charges it if the socket's buffer is full.
    ///
    /// An event may go to many clients in one turn.
    @inline(never)
    func passOn() { if isBlocked { chargeOutput() } else { flush() } }

    /// Charges the incomplete message, and closes the connection if the process has no room for it.
    func chargeInput() {
        guard account.chargeInput(message.byteCount) != nil else { return }
        message = MessageAssembly()
        account.set(0, for: .input)
        cut()
    }

    /// Closes the connection because it holds too much memory.
    func cut() {
        guard isOpen else { return }
        isCut = true
        handler?.exceededMemory(self)
        // What libwebsockets holds is freed with the connection only. The close frame is behind it, and while it waited
        // there, others would fill as much memory again.
        guard heldBytes <= EventLoop.longBytes else { return kill() }
        closeDeadline = min(closeDeadline, loop.milliseconds + Self.cutMilliseconds)
    }

    /// Ends the account.
    func closeAccount() {
        guard let openedAccount else { return }
        openedAccount.set(0, for: .output)
        openedAccount.set(0, for: .input)
        openedAccount.close()
    }

    /// The time in which the peer can read the close frame before a cut connection is closed.
    private static let cutMilliseconds: UInt64 = 500
}
