import LibWebSockets
import Postern
import PosternJSONRPC

/// The door for `POST /rpc`, which answers one JSON-RPC message, a single call or a batch.
final class RPCDoor {
    private let context: LoopContext

    init(_ context: LoopContext) { self.context = context }

    func admit(_ request: HTTPRequestHead, bodyLimit: Int) -> HTTPAdmission {
        guard request.method == .post else { return .answer(HTTPError.methodNotAllowed(allow: Door.rpc.allow)) }
        if let refusal = HTTPError.unsupportedField(in: request) { return .answer(refusal) }
        guard JSONHeaders.announcesJSON(request) else { return .answer(HTTPError.unsupportedMediaType(request)) }
        return .readBody(atMost: bodyLimit)
    }

    /// Answers the message at once if all of its calls are short, or else when its calls have ended.
    func respond(to exchange: HTTPExchange) {
        // The session of a WebSocket answers a single message here.
        var session = JSONRPCSession(context.sessionSettings, allowsSubscriptions: false)
        session.account = exchange.account
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
        // Without actions every call was answered at once, and nothing needs to outlive this function.
        guard actions.isEmpty else {
            return PostedMessage(session, exchange, context).begin(actions)
        }
        PostedMessage.answer(exchange, output, isTurnedAway: session.isTurnedAway)
    }
}
