internal import Postern

extension JSONRPCSession {
    /// Opens a subscription to the topic that a request names; the owner joins the topic and confirms it.
    mutating func subscribe(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        guard allowsSubscriptions else { throw .subscriptionsUnavailable(ran: .no) }
        // A subscription without a response would have no id that the client knows.
        guard !request.envelope.isNotification else { return }
        guard calls.runningCount < limits.callsInFlight else {
            report(.callsInFlight)
            throw .tooManyCalls
        }
        let byteCount = request.envelope.params.count
        if let error = refusal(ofArguments: byteCount) { throw error }
        let id = try newSubscriptionID(for: request.id)
        var wanted = TopicRequest(
            topic: try Self.onlyArgument(of: request, message, named: "topic"),
            subscriptionID: id
        )
        wanted.since = try RequestMeta(message.extracting(request.envelope.meta), mayResume: true).since
        let subscription = insert(Subscription(id: id, notification: "rpc.event", source: .topic(wanted.topic)))
        let details = RequestDetails(request, purpose: .topic(subscription))
        let pending = OpenRequest(id: request.id, argumentBytes: byteCount, details: details)
        if let place = pending.place {
            _ = batches.update(place.batch, place.generation) { batch in batch.unansweredCount += 1 }
        }
        // The subscription exists before its topic is joined, so that its id is taken and it can be cancelled.
        actions.append(.joinTopic(subscription, insert(pending), wanted))
    }

    /// Ends the subscription that a request names; the result is whether there was one.
    mutating func unsubscribe(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        let id = try Self.onlyArgument(of: request, message, named: "subscription", "id")
        let ticket = subscriptionTickets[Array(id.utf8)]
        let found = ticket.flatMap { removeSubscription($0.slot, $0.generation) }
        if let ticket, let found { actions.append(found.end(ticket)) }
        answerJSON(found == nil ? "false" : "true", request, into: &output)
    }

    /// Opens a subscription to a stream, and appends the response to the call that returned it.
    ///
    /// - Returns: The subscription, or `nil` if it was refused.
    mutating func open(
        _ stream: ReplyStream,
        for call: OpenRequest,
        into output: inout [UInt8],
        actions: inout [Action]
    ) -> SubscriptionTicket? {
        do throws(CallError) {
            guard allowsSubscriptions else { throw .subscriptionsUnavailable(ran: .yes) }
            let id = try newSubscriptionID(for: call.id)
            let ticket = insert(
                Subscription(
                    id: id,
                    notification: Subscription.notification(of: call.details?.method ?? ""),
                    source: .stream(epoch: stream.position?.epoch),
                    argumentBytes: call.argumentBytes
                )
            )
            NotificationWriter.appendOpened(id, stream.position, recovered: nil, to: call.id, into: &output)
            // Actions are performed after the output is sent, so that the first event follows the response.
            actions.append(.openSubscription(ticket, stream))
            return ticket
        } catch {
            answer(error.asEndOfStream, id: call.id, into: &output)
            return nil
        }
    }

    /// Appends the response to a call that joined a topic.
    ///
    /// - Returns: The subscription, or `nil` if it ended while the topic was being joined.
    mutating func confirm(
        _ ticket: SubscriptionTicket,
        _ call: OpenRequest,
        _ position: StreamPosition?,
        recovered: Bool?,
        into output: inout [UInt8]
    ) -> SubscriptionTicket? {
        guard let id = subscriptionID(of: ticket) else {
            answer(CallError(.cancelled, "The subscription was ended", ran: .no), id: call.id, into: &output)
            return nil
        }
        NotificationWriter.appendOpened(id, position, recovered: recovered, to: call.id, into: &output)
        return ticket
    }

    /// Sends the held events of a subscription, and those that follow without delay, because its response is written.
    mutating func release(_ ticket: SubscriptionTicket, actions: inout [Action]) {
        guard let held = takeHeld(ticket), let subscription = subscriptions[ticket.slot, ticket.generation] else {
            return
        }
        for event in held {
            var message: [UInt8] = []
            switch event {
            case .event(let event): event.append(subscriptionID: subscription.id.span, into: &message)
            case .gap(let gap): NotificationWriter.append(gap, to: subscription, into: &message)
            }
            actions.append(.send(message))
        }
    }

    /// Removes the subscription of a topic call whose response is not wanted, and leaves the topic.
    mutating func drop(_ outcome: Outcome, of call: OpenRequest, actions: inout [Action]) {
        guard case .topic(let ticket) = call.purpose else { return }
        let subscription = removeSubscription(ticket.slot, ticket.generation)
        if case .joined = outcome, let subscription { actions.append(subscription.end(ticket)) }
    }

    /// Removes a subscription whose topic was not joined.
    mutating func removeSubscription(_ ticket: SubscriptionTicket) {
        _ = removeSubscription(ticket.slot, ticket.generation)
    }

    /// Returns the text of the request's id if no subscription has it, or else a generated id.
    ///
    /// A client thus knows the id of a subscription before the response arrives.
    private mutating func newSubscriptionID(for id: [UInt8]) throws(CallError) -> [UInt8] {
        guard subscriptions.count < limits.subscriptions else {
            report(.subscriptions)
            throw CallError(.tooManySubscriptions, "At most \(limits.subscriptions) subscriptions in a session")
        }
        let isText = id.first == Byte.quote
        let wanted = isText ? Array(id.dropFirst().dropLast()) : id
        if isText || id.first != UInt8(ascii: "n"), isFree(wanted) { return wanted }
        // Clients may have taken ids of this form too.
        while true {
            lastSubscriptionNumber += 1
            let other = Array("s\(lastSubscriptionNumber)".utf8)
            if isFree(other) { return other }
        }
    }

    private func isFree(_ id: [UInt8]) -> Bool { subscriptionTickets[Subscription.text(of: id)] == nil }

    /// Returns the only argument of a built-in method as text; an integer becomes its digits.
    private static func onlyArgument(
        of request: Request,
        _ message: Span<UInt8>,
        named name: String,
        _ otherName: String? = nil
    ) throws(CallError) -> String {
        let params = message.extracting(request.envelope.params)
        let isObject = params.count > 0 && params[0] == Byte.openBrace
        let names = isObject ? [name] + (otherName.map { [$0] } ?? []) : [name]
        let ranges = try locate(params, of: request, names)
        do throws(PayloadError) {
            for index in names.indices where !ranges.isMissing(index) {
                let value = params.extracting(ranges[index])
                return try JSON.kind(of: value) == .integer ? String(try JSON.readInt64(value)) : JSON.readString(value)
            }
        } catch {
            let text = "Parameter \(name) of \(shownName(of: request)): \(error.message)"
            throw CallError(PayloadError(error.reason, text))
        }
        throw CallError(.invalidParameters, "Parameter \(name) of \(shownName(of: request)) is missing", ran: .no)
    }
}
