import LibWebSockets
import Postern

/// The service of one loop, which routes each request to its door.
final class GatewayService: HTTPService {
    private let context: LoopContext
    private let rpc: RPCDoor
    private let path: PathDoor
    private let events: EventsDoor
    private let document: DocumentDoor
    private let origins: OriginGuard
    private let maximumBodyBytes: Int

    init(_ context: LoopContext) {
        self.context = context
        rpc = RPCDoor(context)
        path = PathDoor(context)
        events = EventsDoor(context)
        document = DocumentDoor(context)
        origins = OriginGuard(context)
        maximumBodyBytes = context.configuration.webSocket.maximumMessageBytes
    }

    func fieldsOfAnswers(to request: HTTPRequestHead?) -> PreparedFields { origins.fields(for: request) }

    func admit(_ request: HTTPRequestHead, from address: String) -> HTTPAdmission {
        let door = Door(request)
        // First of all, and for every path: no handler may see a request of a host or a page that is not admitted.
        if let refusal = origins.refusal(of: request, from: address, isCall: door.isCall) { return .answer(refusal) }
        if request.webSocketKey != nil { return upgrade(request) }
        if request.method == .options { return .answer(CrossOrigin.options(for: request, allow: door.allow)) }
        switch door {
        case .rpc: return rpc.admit(request, bodyLimit: maximumBodyBytes)
        case .path: return path.admit(request, bodyLimit: maximumBodyBytes)
        case .events: return events.admit(request)
        case .document:
            let isRead = request.method == .get || request.method == .head
            // Not answered here: the document is described by the dispatcher, which may take time.
            return isRead ? .readBody(atMost: 0) : .answer(HTTPError.methodNotAllowed(allow: door.allow))
        case .files: return .answer(file(request))
        }
    }

    func respond(to exchange: HTTPExchange) {
        switch Door(exchange.request) {
        case .rpc: rpc.respond(to: exchange)
        case .path: path.respond(to: exchange)
        case .events: events.respond(to: exchange)
        case .document: document.respond(to: exchange)
        case .files: exchange.respond(file(exchange.request))
        }
    }

    func refusal(_ refusal: HTTPRefusal, of request: HTTPRequestHead?, from address: String) -> HTTPResponse {
        context.report(refusal, from: address)
        return HTTPError.response(refusal)
    }

    var observesAnswers: Bool { context.accessLog != nil }

    func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String) {
        context.accessLog?.answered(request, with: status, after: duration, to: address)
    }

    func rejectedConnection(from address: String, because cause: HTTPRejection) {
        context.report(cause, from: address)
    }
    func cutConnection(from address: String) { context.reportMemoryCut(of: address) }
    func cutSlowReader(at address: String) { context.reportSlowReader(at: address) }

    private func upgrade(_ request: HTTPRequestHead) -> HTTPAdmission {
        if request.equals(request.path, "/rpc") {
            return .upgrade(
                WebSocketSession(context),
                context.configuration.webSocket,
                subprotocol: offersJSONRPC(request)
            )
        }
        if context.configuration.offersEcho, request.equals(request.path, "/echo") {
            var limits = context.configuration.webSocket
            limits.maximumMessageBytes = max(limits.maximumMessageBytes, EchoSession.messageBytes)
            limits.maximumQueuedBytes = max(limits.maximumQueuedBytes, 2 * EchoSession.messageBytes)
            return .upgrade(EchoSession(), limits, subprotocol: false)
        }
        return .answer(HTTPError.notFound)
    }

    private func offersJSONRPC(_ request: HTTPRequestHead) -> Bool {
        guard let offered = request["sec-websocket-protocol"] else { return false }
        // A client may offer several subprotocols, separated by commas and blanks.
        return offered.split(separator: ",").contains { $0.drop(while: \.isWhitespace) == "jsonrpc" }
    }

    private func file(_ request: HTTPRequestHead) -> HTTPResponse {
        let isRead = request.method == .get || request.method == .head
        // A call that is posted to `/` has the wrong path; the message of "not found" names the right ones.
        if !isRead, request.equals(request.path, "/") { return HTTPError.notFound }
        guard let response = readable(request) else { return HTTPError.notFound }
        return isRead ? response : HTTPError.methodNotAllowed(allow: Door.files.allow)
    }

    /// Returns the response to a read of a path; `nil` if there is nothing at the path.
    private func readable(_ request: HTTPRequestHead) -> HTTPResponse? {
        if request.equals(request.path, "/livez") { return Readiness.alive }
        if request.equals(request.path, "/readyz") { return context.readiness.response }
        return context.configuration.files.response(to: request)
    }
}

/// A WebSocket that sends every message back, for conformance suites.
final class EchoSession: WebSocketHandler {
    /// The size in bytes of the largest messages of conformance suites.
    static let messageBytes = 16 << 20

    func opened(_ socket: WebSocket) {}

    func received(_ message: Span<UInt8>, isBinary: Bool, on socket: WebSocket) {
        guard isBinary || message.isUTF8 else { return CloseCode.notUTF8.close(socket) }
        socket.send(message, isBinary: isBinary)
    }

    func fellBehind(_ socket: WebSocket) { CloseCode.slowConsumer.close(socket, droppingQueued: true) }
    func wentSilent(_ socket: WebSocket) { CloseCode.noPong.close(socket) }
    func exceededMemory(_ socket: WebSocket) { CloseCode.tooMuchMemory.close(socket, droppingQueued: true) }
    func closed(_ socket: WebSocket) {}
}
