import LibWebSockets
import Postern
import PosternJSONRPC

/// A posted JSON-RPC message whose calls are in flight.
///
/// Its runner and its exchange retain it until the response has been sent.
final class PostedMessage {
    private var session: JSONRPCSession
    private let exchange: HTTPExchange
    private let calls: CallRunner
    private var output: [UInt8] = []
    /// The response if it is large; `output` is empty then.
    private var pieces: [[UInt8]] = []
    /// The actions that result from an action which is being performed, and are performed after it.
    private var laterActions: [JSONRPCSession.Action] = []
    private var isPerforming = false

    init(_ session: consuming JSONRPCSession, _ exchange: HTTPExchange, _ context: LoopContext) {
        self.session = session
        self.exchange = exchange
        calls = CallRunner(context)
    }

    /// Starts the calls, and sends the response when all of them have ended.
    func begin(_ actions: [JSONRPCSession.Action]) {
        calls.onFinish = { ticket, result in self.finish(ticket, result) }
        exchange.onDisconnect = { [self] in disconnect() }
        exchange.onInterrupt = { [self] in abandon() }
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
        laterActions += takeResponse(actions)
        guard !isPerforming else { return }
        isPerforming = true
        while !laterActions.isEmpty {
            for action in Swift.exchange(&laterActions, with: []) { perform(action) }
        }
        isPerforming = false
    }

    /// Keeps the response that actions hold, and returns the others.
    private func takeResponse(_ actions: [JSONRPCSession.Action]) -> [JSONRPCSession.Action] {
        var actions = actions
        let pieces = actions.takeResponse()
        if !pieces.isEmpty { self.pieces = pieces }
        return actions
    }

    private func perform(_ action: JSONRPCSession.Action) {
        switch action {
        case .start(let call, let ticket, let options): calls.start(ticket, call, options)
        case .run(let function, let arguments, let ticket): calls.run(ticket, function, arguments)
        case .cancel(let ticket): calls.cancel(ticket)
        // A session without subscriptions and references has no other actions.
        default: break
        }
    }

    /// Cancels the calls, and releases what is held for them, since the client has disconnected.
    private func disconnect() {
        calls.close()
        _ = session.connectionClosed()
    }

    /// Answers the calls in flight with an error, since the server stops.
    private func abandon() {
        for ticket in session.unansweredCalls {
            var actions: [JSONRPCSession.Action] = []
            session.abandon(ticket, with: .stopped, into: &output, actions: &actions)
            _ = takeResponse(actions)
        }
        calls.close()
        end(isTurnedAway: true)
    }

    private func end() { end(isTurnedAway: session.isTurnedAway) }

    private func end(isTurnedAway: Bool) {
        // Both are emptied, because the exchange retains this object until the client has read the whole response.
        let pieces = Swift.exchange(&pieces, with: [])
        var output = Swift.exchange(&output, with: [])
        if pieces.isEmpty || isTurnedAway {
            output.append(pieces: pieces)
            Self.answer(exchange, output, isTurnedAway: isTurnedAway)
        } else {
            exchange.respond(JSONHeaders.ok, pieces: pieces)
        }
        // Breaks the cycle of the runner's function and this object.
        calls.onFinish = { _, _ in }
    }

    /// Sends the response to a message, which is empty with status 202 for notifications.
    ///
    /// If every call was refused because the server stops, the status is 503, so that a proxy can send the message to
    /// another server.
    static func answer(_ exchange: HTTPExchange, _ output: [UInt8], isTurnedAway: Bool) {
        if output.isEmpty {
            exchange.respond(HTTPResponse(.accepted, headers: [JSONHeaders.resourcePolicy]))
        } else if isTurnedAway {
            exchange.respond(.serviceUnavailable, headers: JSONHeaders.later, body: output)
        } else {
            exchange.respond(JSONHeaders.ok, body: output)
        }
    }
}
