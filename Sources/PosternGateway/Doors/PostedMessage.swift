import LibWebSockets
import Postern
import PosternJSONRPC

/// A posted message whose calls are still running.
///
/// It lives as long as they do.
final class PostedMessage {
    private var session: JSONRPCSession
    private let exchange: HTTPExchange
    private let calls: CallRunner
    private var output: [UInt8] = []
    /// What actions ask for while they are done: it is done behind them.
    private var laterActions: [JSONRPCSession.Action] = []
    private var isPerforming = false

    init(_ session: consuming JSONRPCSession, _ exchange: HTTPExchange, _ context: LoopContext) {
        self.session = session
        self.exchange = exchange
        calls = CallRunner(context)
    }

    func begin(_ actions: [JSONRPCSession.Action]) {
        calls.onFinish = { ticket, result in self.finish(ticket, result) }
        exchange.onDisconnect = { [calls] in calls.close() }
        exchange.onInterrupt = { [self] in giveUp() }
        perform(actions)
        if session.callsInFlight == 0 { end() }
    }

    private func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        var actions: [JSONRPCSession.Action] = []
        session.finish(ticket, with: result, into: &output, actions: &actions)
        perform(actions)
        if session.callsInFlight == 0 { end() }
    }

    private func perform(_ actions: [JSONRPCSession.Action]) {
        laterActions += actions
        guard !isPerforming else { return }
        isPerforming = true
        while !laterActions.isEmpty {
            for action in Swift.exchange(&laterActions, with: []) { perform(action) }
        }
        isPerforming = false
    }

    private func perform(_ action: JSONRPCSession.Action) {
        switch action {
        case .start(let call, let ticket, let options): calls.start(ticket, call, options)
        case .run(let function, let arguments, let ticket): calls.run(ticket, function, arguments)
        case .cancel(let ticket): calls.cancel(ticket)
        default: break
        }
    }

    private func giveUp() {
        for ticket in session.unansweredCalls {
            var actions: [JSONRPCSession.Action] = []
            session.abandon(ticket, with: .stopped, into: &output, actions: &actions)
        }
        calls.close()
        end(isTurnedAway: true)
    }

    private func end() { end(isTurnedAway: session.isTurnedAway) }

    private func end(isTurnedAway: Bool) {
        Self.answer(exchange, output, isTurnedAway: isTurnedAway)
        calls.onFinish = { _, _ in }
    }

    /// Sends what a message came to; nothing at all came of notifications.
    ///
    /// Where nothing but that this server takes no calls now, the status says so too: then a proxy may ask another.
    static func answer(_ exchange: HTTPExchange, _ output: [UInt8], isTurnedAway: Bool) {
        if output.isEmpty {
            exchange.respond(HTTPResponse(.accepted, headers: [JSONHeaders.resourcePolicy]))
        } else if isTurnedAway {
            exchange.respond(.serviceUnavailable, headers: JSONHeaders.later, body: output.span)
        } else {
            exchange.respond(JSONHeaders.ok, body: output.span)
        }
    }
}
