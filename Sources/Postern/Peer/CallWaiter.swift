/// Who waits for the answer to a call.
struct CallWaiter: Sendable {
    /// Takes the one answer.
    enum Receiver: Sendable {
        case caller(Suspension<Result<Reply, CallError>>)
        case pending(PendingReply)
    }

    let receiver: Receiver
    let progress: Call.ProgressSink?
    /// Whether nobody but the connection says how long to wait.
    let hasPatienceOfConnection: Bool

    func settle(_ result: Result<Reply, CallError>) {
        switch receiver {
        case .caller(let continuation): continuation.resume(returning: result)
        case .pending(let reply): reply.settle(result)
        }
    }

    /// Settles the call because its time has run out.
    func expire(patience: Duration?) {
        let text =
            if hasPatienceOfConnection, let patience {
                "No reply came within \(patience), the time-out of this connection"
            } else {
                "No reply came in time"
            }
        let error = CallError(.deadlineExceeded, text)
        switch receiver {
        case .caller(let continuation): continuation.resume(returning: .failure(error))
        case .pending(let reply): reply.settle(.failure(error), isExpiry: true)
        }
    }
}
