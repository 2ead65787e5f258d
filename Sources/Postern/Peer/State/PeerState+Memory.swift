package import PosternLedger

/// The memory that the remote peer makes this process hold.
extension PeerState {
    /// Returns the error of a call whose arguments exceed a budget; `nil` if there is room for them.
    @inline(__always)
    mutating func refusal(ofArguments byteCount: Int) -> CallError? {
        // Asking the tally, which is in another module, costs a short call one percent of its time.
        byteCount <= certainBytes ? nil : askedRefusal(ofArguments: byteCount)
    }

    @inline(never)
    private mutating func askedRefusal(ofArguments byteCount: Int) -> CallError? {
        guard let refusal = memory?.refusal(for: MemoryKind.bytes(ofArguments: byteCount)) else {
            certainBytes = memory.map { MemoryKind.arguments(in: $0.certainRoom) } ?? .max
            return nil
        }
        // The limit of frames may permit one call that the budget of the connection never would.
        if refusal == .connectionFull, served.isEmpty { return nil }
        note(refusal)
        return CallError(overBudget: refusal, ran: .no)
    }

    /// The size in bytes up to which a result is sent in any case: every call needs a reply, if only an error.
    static var shortBytes: Int { 4 << 10 }

    /// Returns whether a result exceeds a budget.
    mutating func exceedsBudget(result byteCount: Int) -> Bool {
        guard byteCount > Self.shortBytes, let refusal = memory?.refusal(for: byteCount) else { return false }
        note(refusal)
        return true
    }

    /// Charges the arguments of the calls and notifications that are being served.
    mutating func chargeArguments() {
        // Of all calls together: each has its constant part, and all bytes have the same factor.
        let constant = MemoryKind.bytes(ofArguments: 0)
        let bytes = MemoryKind.bytes(ofArguments: counts.byteCount) + constant * (served.count - 1)
        memory?.set(bytes, for: .arguments)
    }

    /// Charges the output that was not sent, once it is much.
    mutating func chargeOutput() {
        let byteCount = outbox.byteCount + bufferedBytes
        if byteCount >= MemoryLedger.step || hasChargedOutput { memory?.set(byteCount, for: .output) }
    }

    /// Whether output is charged; read in place, as a copy of the account would cost every call its references.
    private var hasChargedOutput: Bool { memory?[.output] ?? 0 > 0 }

    /// Removes and returns the frames that may be sent.
    mutating func takeOutput() -> PeerOutput {
        let output = outbox.take()
        if hasChargedOutput { chargeOutput() }
        return output
    }

    /// Charges the received part of an incomplete frame.
    ///
    /// - Returns: `false` if the process has no room for it.
    mutating func chargeInput(_ byteCount: Int) -> Bool {
        guard let refusal = memory?.chargeInput(byteCount) else { return true }
        refusedMemory = refusal
        return false
    }

    private mutating func note(_ refusal: MemoryRefusal) {
        memory?.countRefusal(refusal)
        refusedMemory = refusal
    }

    /// Ends the account, since the connection has ended.
    mutating func endAccount() {
        memory?.end()
        memory = nil
    }
}

/// The memory that the remote peer makes this process hold, as the transport notes it.
extension Peer {
    /// Counts the memory in a ledger; called once, before the first frame.
    ///
    /// - Parameters:
    ///   - ledger: The ledger of the process.
    ///   - address: The address of the remote peer; `nil` if it is not limited.
    ///   - mayBeGateway: Whether the limit is ``PeerLimits/gatewayHeldBytes`` instead of ``PeerLimits/heldBytes``.
    ///
    /// References have a second tally with the same limit, as threads change them without the lock of the peer.
    package func countMemory(in ledger: MemoryLedger, of address: MemoryAddress?, mayBeGateway: Bool) {
        let limit = mayBeGateway ? limits.gatewayHeldBytes : limits.heldBytes
        // Retains the peer until `endAccount`. A weak reference costs each call time, see `ConnectionStatus`.
        let tally = MemoryTally(ledger, limit: limit, address: address) { self.scheduleCut() }
        changeInTurn { $0.memory = tally }
        references.countMemory(in: tally) { self.report($0) }
    }

    /// Notes the size of the output that was taken and has not been sent.
    package func noteBuffered(_ byteCount: Int) {
        changeInTurn { state in
            state.bufferedBytes = byteCount
            state.chargeOutput()
        }
    }

    /// Notes the size of an incomplete frame, and closes the connection if the process has no room for it.
    package func noteIncomplete(_ byteCount: Int) {
        if !changeInTurn({ $0.chargeInput(byteCount) }) { cut() }
    }

    /// Ends the account, after the transport has closed.
    package func endAccount() { changeInTurn { $0.endAccount() } }

    /// Reports that a client was refused memory.
    func report(_ refusal: MemoryRefusal?) {
        if let refusal { observer?.observe(.budgetReached(refusal)) }
    }

    /// Closes the connection soon: the caller holds the lock of a peer.
    private func scheduleCut() {
        transport.run(after: .zero) { self.cut() }
    }

    private func cut() {
        guard isConnected else { return }
        disconnect(.overBudget)
    }
}

extension DisconnectReason {
    /// The reason for a remote peer that makes this process hold too much memory.
    static let overBudget = DisconnectReason(.tooMuchMemory, "The other side makes this one hold too much memory")
}

extension CallError {
    /// Creates the error of a call for which a budget has no room.
    package init(overBudget refusal: MemoryRefusal, ran executed: CallError.Executed) {
        let text =
            switch refusal {
            case .processFull: "The server holds as much for its clients as it may"
            case .addressFull: "The clients of this address make the server hold as much as they may"
            case .connectionFull: "The client makes the server hold as much as it may"
            }
        self.init(.busy, text, ran: executed)
    }
}

extension Incident {
    /// Returns the incident of a client that was refused memory.
    package static func budgetReached(_ refusal: MemoryRefusal) -> Incident {
        let cause =
            switch refusal {
            case .processFull: "process"
            case .addressFull: "address"
            case .connectionFull: "connection"
            }
        return Incident(.budgetReached, cause: cause)
    }
}
