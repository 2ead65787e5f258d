internal import Postern

extension JSONRPCSession {
    /// Begins to join the topic that a request names.
    mutating func subscribe(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        guard allowsSubscriptions else { throw .subscriptionsUnavailable(ran: .no) }
        guard !request.envelope.isNotification else { return }
        guard calls.runningCount < limits.callsInFlight else { throw .tooManyCalls }
        let id = try newSubscriptionID(for: request.id)
        var wanted = TopicRequest(
            topic: try Self.onlyArgument(of: request, message, named: "topic"),
            subscriptionID: id
        )
        wanted.since = try RequestMeta(message.extracting(request.envelope.meta), mayResume: true).since
        let subscription = insert(Subscription(id: id, notification: "rpc.event", source: .topic(wanted.topic)))
        let pending = OpenRequest(id: request.id, details: RequestDetails(request, purpose: .topic(subscription)))
        if let place = pending.place {
            _ = batches.update(place.batch, place.generation) { batch in batch.unansweredCount += 1 }
        }
        actions.append(.joinTopic(subscription, calls.insert(pending), wanted))
    }

    /// Ends the subscription that a request names, and answers whether there was one.
    mutating func unsubscribe(
        _ request: Request,
        _ message: Span<UInt8>,
        into output: inout [UInt8],
        actions: inout [Action]
    ) throws(CallError) {
        let id = try Self.onlyArgument(of: request, message, named: "subscription", "id")
        let found = subscriptions.first { JSONEscape.decoded($0.id.span) == Array(id.utf8) }
        if let found {
            _ = subscriptions.remove(found.slot, found.generation)
            actions.append(found.value.end(SubscriptionTicket(slot: found.slot, generation: found.generation)))
        }
        answerJSON(found == nil ? "false" : "true", request, into: &output)
    }

    /// Gives a stream an id and appends the response to the call that returned it.
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
                    source: .stream(epoch: stream.position?.epoch)
                )
            )
            NotificationWriter.appendOpened(id, stream.position, recovered: nil, to: call.id, into: &output)
            actions.append(.openSubscription(ticket, stream))
            return ticket
        } catch {
            answer(error.asEndOfStream, id: call.id, into: &output)
            return nil
        }
    }

    /// Appends the response to a call that joined a topic.
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

    /// Lets the events of a subscription leave: its response has left.
    mutating func release(_ ticket: SubscriptionTicket, actions: inout [Action]) {
        let held = subscriptions.update(ticket.slot, ticket.generation) { subscription in
            subscription.isHeld = false
            defer { subscription.held = [] }
            return subscription.held
        }
        for message in held ?? [] { actions.append(.send(message)) }
    }

    /// Lets go of what came out of a call that nobody waits for any more.
    mutating func drop(_ outcome: Outcome, of call: OpenRequest, actions: inout [Action]) {
        guard case .topic(let ticket) = call.purpose else { return }
        let subscription = subscriptions.remove(ticket.slot, ticket.generation)
        if case .joined = outcome, let subscription { actions.append(subscription.end(ticket)) }
    }

    mutating func removeSubscription(_ ticket: SubscriptionTicket) {
        _ = subscriptions.remove(ticket.slot, ticket.generation)
    }

    private mutating func insert(_ subscription: Subscription) -> SubscriptionTicket {
        let (slot, generation) = subscriptions.insert(subscription)
        return SubscriptionTicket(slot: slot, generation: generation)
    }

    /// The text of the request's id if it is free, else another.
    private mutating func newSubscriptionID(for id: [UInt8]) throws(CallError) -> [UInt8] {
        guard subscriptions.count < limits.subscriptions else {
            throw CallError(.tooManySubscriptions, "At most \(limits.subscriptions) subscriptions in a session")
        }
        let isText = id.first == Byte.quote
        let wanted = isText ? Array(id.dropFirst().dropLast()) : id
        if isText || id.first != UInt8(ascii: "n"), isFree(wanted) { return wanted }
        while true {
            lastSubscriptionNumber += 1
            let other = Array("s\(lastSubscriptionNumber)".utf8)
            if isFree(other) { return other }
        }
    }

    private func isFree(_ id: [UInt8]) -> Bool { subscriptions.first { $0.id == id } == nil }

    /// The one argument of a method of the gateway, as text.
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
