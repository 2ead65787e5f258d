import Postern
import PosternJSONRPC
import PosternLedger

/// A session whose messages are text, without a connection.
final class TestClient {
    private var session: JSONRPCSession
    private var now = ContinuousClock.now
    private(set) var actions: [JSONRPCSession.Action] = []

    init(
        limits: JSONRPCLimits = JSONRPCLimits(),
        allowsSubscriptions: Bool = true,
        gatewayMethods: [String] = [],
        observer: (any IncidentObserver)? = nil,
        account: MemoryAccount? = nil
    ) {
        let settings = JSONRPCSettings(limits: limits, gatewayMethods: gatewayMethods, observer: observer)
        session = JSONRPCSession(settings, allowsSubscriptions: allowsSubscriptions)
        session.account = account
    }

    var callsInFlight: Int { session.callsInFlight }
    var isTurnedAway: Bool { session.isTurnedAway }
    var openSubscriptions: Int { session.openSubscriptions }
    var refusal: CallError? {
        get { session.refusal }
        set { session.refusal = newValue }
    }

    /// Lets time pass.
    func pass(_ time: Duration) { now += time }

    /// Sends one message and returns the response, or empty text.
    @discardableResult
    func send(_ text: String, isIdle: Bool = true) -> String { send(bytes: Array(text.utf8), isIdle: isIdle) }

    @discardableResult
    func send(bytes: [UInt8], isIdle: Bool = true) -> String {
        text { output, actions in
            session.receive(
                bytes.span,
                from: TestDispatcher(),
                now: now,
                isIdle: isIdle,
                into: &output,
                actions: &actions
            )
        }
    }

    func finish(_ ticket: CallTicket, _ json: String) -> String {
        finish(ticket, .success(.value(Payload(bytes: Array(json.utf8), codec: JSON.self))))
    }

    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) -> String {
        text { session.finish(ticket, with: result, into: &$0, actions: &$1) }
    }

    /// Abandons all calls without a response and returns the responses, in order.
    func abandon(_ error: CallError) -> [String] {
        session.unansweredCalls.map { ticket in
            text { session.abandon(ticket, with: error, into: &$0, actions: &$1) }
        }
    }

    func joined(_ ticket: CallTicket, _ position: StreamPosition?, recovered: Bool? = nil) -> String {
        text { session.topicJoined(ticket, position: position, recovered: recovered, into: &$0, actions: &$1) }
    }

    func refused(_ ticket: CallTicket, _ error: CallError) -> String {
        text { session.topicRefused(ticket, error, into: &$0, actions: &$1) }
    }

    func progress(_ ticket: CallTicket, _ json: String) -> String {
        text { output, _ in
            session.progress(ticket, Payload(bytes: Array(json.utf8), codec: JSON.self), into: &output)
        }
    }

    func event(_ ticket: SubscriptionTicket, _ json: String, offset: UInt64? = nil) -> String {
        let item = StreamItem(Payload(bytes: Array(json.utf8), codec: JSON.self), offset: offset)
        return text { session.event(subscription: ticket, item, into: &$0, actions: &$1) }
    }

    func deliver(_ event: TopicEvent, _ ticket: SubscriptionTicket) -> String {
        text { session.deliver(event, to: ticket, into: &$0, actions: &$1) }
    }

    func gap(_ ticket: SubscriptionTicket, _ gap: SubscriptionGap) -> String {
        text { session.gap(subscription: ticket, gap, into: &$0, actions: &$1) }
    }

    func end(_ ticket: SubscriptionTicket, _ error: CallError? = nil) -> String {
        text { output, _ in session.endSubscription(ticket, error: error, into: &output) }
    }

    func close() -> [JSONRPCSession.Action] { session.connectionClosed() }

    /// The tickets of the calls that the last message started.
    var started: [CallTicket] {
        actions.compactMap { if case .start(_, let ticket, _) = $0 { ticket } else { nil } }
    }

    var startedCalls: [(call: Call, options: JSONRPCSession.CallOptions)] {
        actions.compactMap { if case .start(let call, _, let options) = $0 { (call, options) } else { nil } }
    }

    var cancelled: [CallTicket] {
        actions.compactMap { if case .cancel(let ticket) = $0 { ticket } else { nil } }
    }

    var joining: [(subscription: SubscriptionTicket, call: CallTicket, request: JSONRPCSession.TopicRequest)] {
        actions.compactMap {
            if case .joinTopic(let subscription, let call, let request) = $0 {
                (subscription, call, request)
            } else {
                nil
            }
        }
    }

    var left: [(SubscriptionTicket, String)] {
        actions.compactMap { if case .leaveTopic(let ticket, let topic) = $0 { (ticket, topic) } else { nil } }
    }

    var opened: [SubscriptionTicket] {
        actions.compactMap { if case .openSubscription(let ticket, _) = $0 { ticket } else { nil } }
    }

    var unsubscribed: [SubscriptionTicket] {
        actions.compactMap { if case .cancelSubscription(let ticket) = $0 { ticket } else { nil } }
    }

    var sent: [String] {
        actions.compactMap { if case .send(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { nil } }
    }

    var closeCode: Int? {
        actions.lazy.compactMap { if case .close(let code, _) = $0 { code } else { nil } }.first
    }

    private func text(_ body: (inout [UInt8], inout [JSONRPCSession.Action]) -> Void) -> String {
        var output: [UInt8] = []
        actions = []
        body(&output, &actions)
        output.append(pieces: actions.takeResponse())
        if !output.isEmpty { precondition((try? JSON.validate(output.span)) != nil, "an answer is no JSON") }
        return String(decoding: output, as: UTF8.self)
    }
}

extension String {
    /// The code of the error in a response, or `nil`.
    var errorCode: Int? {
        firstMatch(of: /"error":\{"code":(-?\d+),/).flatMap { Int($0.output.1) }
    }
}
