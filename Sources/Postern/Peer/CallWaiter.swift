/// The receiver of the reply to a call.
struct CallWaiter: Sendable {
    /// The destination of the reply.
    enum Receiver: Sendable {
        case caller(Suspension<Result<Reply, CallError>>)
        case pending(PendingReply)
        /// None, for a notification.
        case none
    }

    let receiver: Receiver
    let progress: Call.ProgressSink?
    /// Whether the deadline is the default of the connection and not the caller's choice.
    var usesConnectionTimeout = false
    /// The references in a message that is not sent yet.
    var references: SentReferences?

    func settle(_ result: Result<Reply, CallError>) {
        switch receiver {
        case .caller(let continuation): continuation.resume(returning: result)
        case .pending(let reply): reply.settle(result)
        case .none: break
        }
    }

    /// Settles the call with the error for a deadline that has passed.
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
        // A pending call that found no room is failed, not expired: `isExpired` reports only the caller's own deadline.
        case .pending(let reply) where reason != .noRoom: reply.settle(.failure(error), isExpiry: true)
        default: settle(.failure(error))
        }
    }
}

/// The result of sending messages that waited.
///
/// It retains the references in the sent messages until the lock is released, because releasing them may call out.
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
    /// Sends the waiting messages for which there is room, and counts their references as sent.
    ///
    /// - Returns: `nil` if no message waits.
    @inline(__always)
    mutating func sendWaiting() -> SendOutcome? { waiting.hasNothingToSend ? nil : sendWaitingMessages() }

    // Nearly every call ends in the line above; this part is kept out of its caller's code.
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
