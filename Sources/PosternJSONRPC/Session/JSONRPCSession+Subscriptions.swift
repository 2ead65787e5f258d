package import Postern

extension JSONRPCSession {
    /// Confirms a subscription to a topic, and appends the response.
    ///
    /// - Parameters:
    ///   - ticket: The call of the `joinTopic` action.
    ///   - position: The position after which events follow; `nil` for a topic without history.
    ///   - recovered: Whether no event after the position that the client sent is missing; `nil` if it sent none.
    ///   - output: The buffer that the response, or that of the whole batch, is appended to.
    ///   - actions: The array that receives the actions to perform after the output is sent.
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

    /// Fails a subscription to a topic, and appends the response.
    package mutating func topicRefused(
        _ ticket: CallTicket,
        _ error: CallError,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard calls[ticket]?.isTopic == true else { return }
        settle(ticket, .failure(error), into: &output, actions: &actions)
    }

    /// Returns the id of a subscription, as written between quotes in JSON, or `nil` if the subscription has ended.
    package func subscriptionID(of ticket: SubscriptionTicket) -> [UInt8]? {
        subscriptions[ticket.slot, ticket.generation]?.id
    }

    /// Appends the notification of an item of a stream.
    ///
    /// An item that is too large, or cannot be written as JSON, ends its subscription with an error.
    package mutating func event(
        subscription ticket: SubscriptionTicket,
        _ item: StreamItem,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard let subscription = subscriptions[ticket.slot, ticket.generation] else { return }
        do throws(PayloadError) {
            let event = try TopicEvent(
                item,
                epoch: subscription.epoch,
                notification: subscription.notification,
                atMost: limits.responseBytes
            )
            deliver(event, to: ticket, into: &output, actions: &actions)
            // The client holds the references of an item once its notification is written.
            item.payload.commitReferences()
        } catch {
            actions.append(subscription.end(ticket))
            endSubscription(ticket, error: CallError(ofResult: error), into: &output)
        }
    }

    /// Appends the notification of an event, or holds it until the response that opened the subscription is sent.
    package mutating func deliver(
        _ event: TopicEvent,
        to ticket: SubscriptionTicket,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        // Events of a subscription that has just ended may still arrive from its source.
        guard let subscription = subscriptions[ticket.slot, ticket.generation] else { return }
        guard subscription.held != nil else { return event.append(subscriptionID: subscription.id.span, into: &output) }
        holdOrClose(.event(event), for: ticket, &actions)
    }

    /// Appends the notification that a subscription has ended, with an error or without.
    package mutating func endSubscription(
        _ ticket: SubscriptionTicket,
        error: CallError?,
        into output: inout [UInt8]
    ) {
        guard let subscription = removeSubscription(ticket.slot, ticket.generation) else { return }
        NotificationWriter.appendEnd(of: subscription, error: error, into: &output)
    }

    /// Appends the notification that events are missing, or holds it like an event.
    package mutating func gap(
        subscription ticket: SubscriptionTicket,
        _ gap: SubscriptionGap,
        into output: inout [UInt8],
        actions: inout [Action]
    ) {
        guard let subscription = subscriptions[ticket.slot, ticket.generation] else { return }
        guard subscription.held != nil else { return NotificationWriter.append(gap, to: subscription, into: &output) }
        holdOrClose(.gap(gap), for: ticket, &actions)
    }

    /// Holds an event for a subscription; closes the connection if too many are held.
    private mutating func holdOrClose(_ event: HeldEvent, for ticket: SubscriptionTicket, _ actions: inout [Action]) {
        // The response may wait for a whole batch, while the topic goes on: without a limit a client could fill memory.
        guard hold(event, for: ticket) == false else { return }
        actions.append(.close(code: 4408, reason: "too many events before a response"))
    }
}
