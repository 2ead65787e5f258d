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
    var usesConnectionTimeout = false
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
    func expire(_ reason: EndedCall<CallWaiter>.Reason, connectionTimeout: Duration?) {
        let time = connectionTimeout.map { "within \($0), the time-out of this connection" } ?? "in time"
        let error =
            switch reason {
            case .sent:
                CallError(.deadlineExceeded, "No reply came \(usesConnectionTimeout ? time : "in time")")
            case .unsent: CallError(.deadlineExceeded, "The call found no room at the other side in time", ran: .no)
            case .noRoom: CallError(.busy, "The call found no room at the other side \(time)", ran: .no)
            }
        switch receiver {
        case .pending(let reply) where reason != .noRoom: reply.settle(.failure(error), isExpiry: true)
        default: settle(.failure(error))
        }
    }
}

/// What became of messages that waited; held until the lock is left, as freeing references may call out.
struct SendOutcome: Sendable {
    fileprivate let sent: [SentReferences]
    fileprivate let failures: [UnsentMessage<CallWaiter>]

    /// Settles the calls that could not be sent, and reports the notifications.
    func settle(reportingTo observer: (any IncidentObserver)?) {
        for failure in failures {
            if case .none = failure.waiter.receiver {
                observer?.observe(.dropped(failure.method, failure.error))
            } else {
                failure.waiter.settle(.failure(failure.error))
            }
        }
    }
}

extension Peer.State {
    /// Sends what waits, as far as there is room for it, and counts that its references leave; `nil` if nothing waits.
    @inline(__always)
    mutating func sendWaiting() -> SendOutcome? { waiting.hasNothingToSend ? nil : sendWaitingMessages() }

    @inline(never)
    private mutating func sendWaitingMessages() -> SendOutcome {
        var sent: [SentReferences] = []
        let failures = sendWaiting(at: .now) { waiter in
            guard let references = waiter.references else { return }
            references.commit()
            sent.append(references)
        }
        return SendOutcome(sent: sent, failures: failures)
    }
}
