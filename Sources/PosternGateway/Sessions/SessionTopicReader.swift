import LibWebSockets
import Postern
import PosternJSONRPC

/// The subscription of a WebSocket session to one topic.
final class SessionTopicReader: TopicReader {
    /// The session; the cycle ends with the subscription, at the latest when the session closes.
    private let session: WebSocketSession
    private let ticket: SubscriptionTicket
    private let call: CallTicket
    private var isAnswered = false

    init(of session: WebSocketSession, _ ticket: SubscriptionTicket, _ call: CallTicket) {
        self.session = session
        self.ticket = ticket
        self.call = call
    }

    /// Answers the call of a subscription that is ended before it has begun.
    func cancel() {
        guard !isAnswered else { return }
        topicRefused(CallError(.cancelled, "The subscription was ended", ran: .no))
    }

    func topicJoined(at position: StreamPosition, recovered: Bool?) {
        isAnswered = true
        session.send { $0.topicJoined(call, position: position, recovered: recovered, into: &$1, actions: &$2) }
    }

    func topicRefused(_ error: CallError) {
        isAnswered = true
        session.removeTopic(ticket)
        session.send { $0.topicRefused(call, error, into: &$1, actions: &$2) }
    }

    func topicUnreachable(_ error: CallError) -> Bool {
        // A WebSocket client is answered at once, and decides by itself when to retry.
        topicRefused(error)
        return false
    }

    var client: ObjectIdentifier { ObjectIdentifier(session) }

    var queuedBytes: Int { session.socket?.queuedBytes ?? 0 }

    func topicEvent(_ event: TopicEvent, at position: StreamPosition) {
        session.send { $0.deliver(event, to: ticket, into: &$1, actions: &$2) }
    }

    func topicGap(_ gap: SubscriptionGap, before position: StreamPosition) {
        session.send { $0.gap(subscription: ticket, gap, into: &$1, actions: &$2) }
    }

    func topicEnded(_ error: CallError?) {
        session.removeTopic(ticket)
        session.send { session, output, _ in session.endSubscription(ticket, error: error, into: &output) }
    }
}
