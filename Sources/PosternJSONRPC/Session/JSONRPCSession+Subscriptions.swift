package import Postern

extension JSONRPCSession {
    /// Takes the place at which a subscription begins to hear of its topic, and appends the response.
    ///
    /// - Parameters:
    ///   - ticket: The call of the `joinTopic` action.
    ///   - position: Where the topic stands; the first event after it is the next one. `nil` without history.
    ///   - recovered: Whether everything after the place the client named can be delivered; `nil` if it named none.
    ///   - output: Where the response, or that of the whole batch, is appended.
    ///   - actions: What is to be done after it is sent.
    package mutating func topicJoined(
        _ ticket: CallTicket,
        position: StreamPosition?,
        recovered: Bool? = nil,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard calls[ticket]?.isTopic == true else { return }
        settle(ticket, .joined(position, recovered: recovered), into: &output, actions: &actions)
    }

    /// Takes the reason why a topic cannot be joined, and appends the response.
    package mutating func topicRefused(
        _ ticket: CallTicket,
        _ error: CallError,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard calls[ticket]?.isTopic == true else { return }
        settle(ticket, .failure(error), into: &output, actions: &actions)
    }

    /// The id of a subscription, as it stands between quotes in JSON; `nil` when it has ended.
    package func subscriptionID(of ticket: SubscriptionTicket) -> [UInt8]? {
        subscriptions[ticket.slot, ticket.generation]?.id
    }

    /// Appends the notification of an item of a stream.
    ///
    /// An item without a form in JSON is left out and its subscription ended with an error.
    package mutating func event(
        subscription ticket: SubscriptionTicket,
        _ item: StreamItem,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard let subscription = subscriptions[ticket.slot, ticket.generation] else { return }
        do throws(PayloadError) {
            let event = try TopicEvent(item, epoch: subscription.epoch, notification: subscription.notification)
            deliver(event, to: ticket, into: &output, actions: &actions)
            item.payload.commitReferences()
        } catch {
            actions.append(subscription.end(ticket))
            endSubscription(ticket, error: CallError(ofResult: error), into: &output)
        }
    }

    /// Appends an event that was encoded once for all its subscribers.
    package mutating func deliver(
        _ event: TopicEvent,
        to ticket: SubscriptionTicket,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard let subscription = subscriptions[ticket.slot, ticket.generation] else { return }
        guard subscription.isHeld else { return event.append(subscriptionID: subscription.id.span, into: &output) }
        var message: [UInt8] = []
        event.append(subscriptionID: subscription.id.span, into: &message)
        hold(message, for: ticket, &actions)
    }

    /// Appends the notification that a subscription has ended, by itself or with an error.
    package mutating func endSubscription(
        _ ticket: SubscriptionTicket,
        error: CallError?,
        into output: inout [UInt8]
    ) {
        guard let subscription = subscriptions.remove(ticket.slot, ticket.generation) else { return }
        NotificationWriter.appendEnd(of: subscription, error: error, into: &output)
    }

    /// Appends the notification that events were lost.
    package mutating func gap(
        subscription ticket: SubscriptionTicket,
        _ gap: SubscriptionGap,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard let subscription = subscriptions[ticket.slot, ticket.generation] else { return }
        guard subscription.isHeld else { return NotificationWriter.append(gap, to: subscription, into: &output) }
        var message: [UInt8] = []
        NotificationWriter.append(gap, to: subscription, into: &message)
        hold(message, for: ticket, &actions)
    }

    private mutating func hold(
        _ message: [UInt8],
        for ticket: SubscriptionTicket,
        _ actions: inout [Action]
    ) {
        let limit = limits.heldEvents
        let hasRoom = subscriptions.update(ticket.slot, ticket.generation) { subscription in
            guard subscription.held.count < limit else { return false }
            subscription.held.append(message)
            return true
        }
        if hasRoom == false { actions.append(.close(code: 4408, reason: "too many events before a response")) }
    }
}
