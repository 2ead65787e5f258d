/// What became of messages that waited; held until the lock is left, as freeing references may call out.
struct Departures: Sendable {
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
    mutating func sendWaiting() -> Departures? { waiting.isQuiet ? nil : departures() }

    @inline(never)
    private mutating func departures() -> Departures {
        var sent: [SentReferences] = []
        let failures = sendWaiting(at: .now) { waiter in
            guard let references = waiter.references else { return }
            references.commit()
            sent.append(references)
        }
        return Departures(sent: sent, failures: failures)
    }
}
