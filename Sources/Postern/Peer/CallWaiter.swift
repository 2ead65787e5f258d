/// Who waits for the answer to a call.
struct CallWaiter: Sendable {
    /// Takes the one answer.
    enum Receiver: Sendable {
        case caller(Suspension<Result<Reply, CallError>>)
        case pending(PendingReply)
        /// For a notification.
        case none
    }

    let receiver: Receiver
    let progress: Call.ProgressSink?
    /// Whether nobody but the connection says how long to wait.
    var hasPatienceOfConnection = false
    /// The references in a message that has yet to be sent.
    var references: SentReferences?

    func settle(_ result: Result<Reply, CallError>) {
        switch receiver {
        case .caller(let continuation): continuation.resume(returning: result)
        case .pending(let reply): reply.settle(result)
        case .none: break
        }
    }

    /// Settles the call because its time has run out.
    func expire(_ reason: EndedCall<CallWaiter>.Reason, patience: Duration?) {
        let time = patience.map { "within \($0), the time-out of this connection" } ?? "in time"
        let error =
            switch reason {
            case .sent:
                CallError(.deadlineExceeded, "No reply came \(hasPatienceOfConnection ? time : "in time")")
            case .unsent: CallError(.deadlineExceeded, "The call found no room at the other side in time", ran: .no)
            case .noRoom: CallError(.busy, "The call found no room at the other side \(time)", ran: .no)
            }
        switch receiver {
        case .pending(let reply) where reason != .noRoom: reply.settle(.failure(error), isExpiry: true)
        default: settle(.failure(error))
        }
    }
}
