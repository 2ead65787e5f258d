import LibWebSockets
import Postern
import PosternJSONRPC

/// One topic that a WebSocket session reads.
final class SessionTopicReader: TopicReader {
    /// Held until the subscription has ended, at the latest with its session.
    private let session: WebSocketSession
    private let ticket: SubscriptionTicket
    private let call: CallTicket
    private var isAnswered = false

    init(of session: WebSocketSession, _ ticket: SubscriptionTicket, _ call: CallTicket) {
        self.session = session
        self.ticket = ticket
        self.call = call
    }

    /// Gives up a subscription that may not have begun yet: its call is answered all the same.
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
        topicRefused(error)
        return false
    }

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
