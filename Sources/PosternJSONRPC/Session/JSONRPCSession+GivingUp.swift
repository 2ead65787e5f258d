public import Postern

extension JSONRPCSession {
    /// The calls that have no answer yet; those that wait for their turn in a batch first.
    public var unansweredCalls: [CallTicket] { calls.tickets }

    /// Appends an error as the answer of a call that may still run, or that of its whole batch; a result that comes
    /// later is ignored.
    ///
    /// Calls are given up in the order of ``unansweredCalls``, so that none of a batch starts because another ended.
    ///
    /// - Parameters:
    ///   - ticket: The call.
    ///   - error: What it is answered with; a call that was not started says that it was not executed.
    ///   - output: Where the answer is appended.
    ///   - actions: What is to be done after it is sent.
    public mutating func giveUp(
        _ ticket: CallTicket,
        with error: CallError,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        var error = error
        if let call = calls[ticket], call.isWaiting || call.isTopic {
            error = CallError(error.code, error.message, ran: .no)
        }
        settle(ticket, .failure(error), into: &output, actions: &actions)
    }
}
