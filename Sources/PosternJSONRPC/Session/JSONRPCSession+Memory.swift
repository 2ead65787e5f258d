internal import Postern
internal import PosternLedger

/// The memory that the client makes this process hold.
///
/// Each kind is charged and released here: arguments with the table of requests, and with the streams that their handlers
/// produce, responses with the batches, and events with the subscriptions.
extension JSONRPCSession {
    /// Returns the error of a call whose arguments exceed a budget; `nil` if there is room for them.
    func refusal(ofArguments byteCount: Int) -> CallError? {
        guard let refusal = account?.refusal(for: MemoryKind.bytes(ofArguments: byteCount)) else { return nil }
        note(refusal)
        return CallError(overBudget: refusal, ran: .no)
    }

    /// Enters a request in the table.
    mutating func insert(_ request: OpenRequest) -> CallTicket {
        account?.add(MemoryKind.bytes(ofArguments: request.argumentBytes), for: .arguments)
        return calls.insert(request)
    }

    /// Removes a request from the table; `nil` if it was removed before.
    mutating func removeRequest(_ ticket: CallTicket) -> OpenRequest? {
        guard let request = calls.remove(ticket) else { return nil }
        account?.release(MemoryKind.bytes(ofArguments: request.argumentBytes), of: .arguments)
        return request
    }

    /// Charges the responses of a batch that were written or sent since the last time.
    func charge(_ batch: inout Batch) {
        let difference = batch.capacity - batch.chargedBytes
        guard difference != 0, let account else { return }
        batch.chargedBytes = batch.capacity
        account.set(account[.responses] + difference, for: .responses)
    }

    /// Returns whether the budgets have no room for the responses of a batch that are not charged yet.
    func exceedsBudget(_ batch: Batch) -> Bool {
        // Short responses are admitted without a question: every call needs one, if only an error.
        let difference = batch.capacity - batch.chargedBytes
        guard difference > Self.shortBytes, let refusal = account?.refusal(for: difference) else { return false }
        note(refusal)
        return true
    }

    /// Returns the error that replaces a response because of a budget; `nil` if there is room for it.
    func refusal(ofResponse byteCount: Int) -> CallError? {
        guard byteCount > Self.shortBytes, let refusal = account?.refusal(for: byteCount) else { return nil }
        note(refusal)
        return .noRoomForAnswer
    }

    /// The size in bytes up to which a response is admitted without a question.
    static var shortBytes: Int { 4 << 10 }

    /// Holds an event until the response that opened its subscription is sent.
    ///
    /// - Returns: `false` if the limits or the budgets have no room for it.
    mutating func hold(_ event: HeldEvent, for ticket: SubscriptionTicket) -> Bool? {
        let (limit, account, observer) = (limits.heldEvents, account, settings.observer)
        return subscriptions.update(ticket.slot, ticket.generation) { subscription in
            guard subscription.held?.count ?? 0 < limit else { return false }
            if let account, let refusal = account.charge(event.byteCount, for: .events) {
                account.countRefusal(refusal)
                observer?.observe(.budgetReached(refusal))
                return false
            }
            subscription.hold(event)
            return true
        }
    }

    /// Removes the held events of a subscription, because they are sent.
    mutating func takeHeld(_ ticket: SubscriptionTicket) -> [HeldEvent]? {
        let account = account
        return subscriptions.update(ticket.slot, ticket.generation) { subscription in
            account?.release(subscription.heldBytes, of: .events)
            return subscription.takeHeld()
        }
    }

    /// Enters a subscription in the table.
    mutating func insert(_ subscription: Subscription) -> SubscriptionTicket {
        account?.add(subscription.producerBytes, for: .arguments)
        let (slot, generation) = subscriptions.insert(subscription)
        let ticket = SubscriptionTicket(slot: slot, generation: generation)
        subscriptionTickets[Subscription.text(of: subscription.id)] = ticket
        return ticket
    }

    /// Removes a subscription with its held events; `nil` if it was removed before.
    mutating func removeSubscription(_ slot: Int, _ generation: UInt64) -> Subscription? {
        guard let subscription = subscriptions.remove(slot, generation) else { return nil }
        subscriptionTickets[Subscription.text(of: subscription.id)] = nil
        account?.release(subscription.heldBytes, of: .events)
        account?.release(subscription.producerBytes, of: .arguments)
        return subscription
    }

    /// Releases what each request, batch and subscription was charged, since the connection has closed.
    ///
    /// The account asserts that nothing else is left, which would have been charged and never released.
    func releaseAll() {
        guard let account else { return }
        calls.forEach { account.release(MemoryKind.bytes(ofArguments: $0.argumentBytes), of: .arguments) }
        batches.forEach { _, _, batch in account.release(batch.chargedBytes, of: .responses) }
        subscriptions.forEach { _, _, subscription in
            account.release(subscription.heldBytes, of: .events)
            account.release(subscription.producerBytes, of: .arguments)
        }
    }

    /// Counts a refusal and reports it.
    private func note(_ refusal: MemoryRefusal) {
        account?.countRefusal(refusal)
        settings.observer?.observe(.budgetReached(refusal))
    }
}

/// An event that waits for the response to its subscription.
enum HeldEvent {
    /// An event, which shares its text with the other subscribers.
    case event(TopicEvent)
    /// The notification that events are missing.
    case gap(SubscriptionGap)

    /// The size of the event in memory, about, in bytes.
    var byteCount: Int {
        switch self {
        case .event(let event): event.byteCount(subscriptionIDBytes: 64)
        case .gap: 256
        }
    }
}
