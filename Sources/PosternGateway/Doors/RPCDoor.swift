import LibWebSockets
import Postern
import PosternJSONRPC

/// `POST /rpc`: one JSON-RPC message, single or batch, and its answer.
final class RPCDoor {
    private let context: LoopContext

    init(_ context: LoopContext) { self.context = context }

    func admit(_ request: HTTPRequestHead, bodyLimit: Int) -> HTTPAdmission {
        guard request.method == .post else { return .answer(HTTPError.methodNotAllowed(allow: Door.rpc.allow)) }
        if let refusal = UnsupportedFields.refusal(of: request) { return .answer(refusal) }
        guard JSONHeaders.announcesJSON(request) else { return .answer(HTTPError.unsupportedMediaType(request)) }
        return .readBody(atMost: bodyLimit)
    }

    func respond(to exchange: HTTPExchange) {
        var session = JSONRPCSession(context.sessionSettings, allowsSubscriptions: false)
        if context.readiness.isDraining { session.refusal = .stopping }
        do throws(CallError) {
            session.deadline = try RequestDeadline.deadline(of: exchange.request)
        } catch {
            return exchange.respond(HTTPError.response(.badRequest, error.code, error.message))
        }
        var output: [UInt8] = []
        var actions: [JSONRPCSession.Action] = []
        exchange.withBody { body in
            _ = session.receive(body, from: context.dispatcher, now: context.loop.now, into: &output, actions: &actions)
        }
        guard actions.isEmpty else {
            return PostedMessage(session, exchange, context).begin(actions)
        }
        PostedMessage.answer(exchange, output, isTurnedAway: session.isTurnedAway)
    }
}

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
