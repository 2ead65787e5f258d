import LibWebSockets
import Postern

/// Sends each request of one loop to its door.
final class GatewayService: HTTPService {
    private let context: LoopContext
    private let rpc: RPCDoor
    private let path: PathDoor
    private let events: EventsDoor
    private let maximumBodyBytes: Int
    private var knownHost: [UInt8] = []

    init(_ context: LoopContext) {
        self.context = context
        rpc = RPCDoor(context)
        path = PathDoor(context)
        events = EventsDoor(context)
        maximumBodyBytes = context.configuration.webSocket.maximumMessageBytes
    }

    func admit(_ request: HTTPRequestHead, from address: String) -> HTTPAdmission {
        if let refusal = refusal(of: request, from: address) { return .answer(refusal) }
        if request.webSocketKey != nil { return upgrade(request) }
        switch Door(request) {
        case .rpc: return rpc.admit(request, bodyLimit: maximumBodyBytes)
        case .path: return path.admit(request, bodyLimit: maximumBodyBytes)
        case .events: return request.method == .get ? .readBody(atMost: 0) : .answer(HTTPError.onlyGet)
        case .files: return .answer(file(request))
        }
    }

    /// The answer to a request from a host or a page that is not let in.
    private func refusal(of request: HTTPRequestHead, from address: String) -> HTTPResponse? {
        // Most requests name the host that was found good before.
        if request.origin == nil, request.bytes[request.authority].elementsEqual(knownHost) { return nil }
        let origin = request.origin.map(request.text)
        if let status = context.configuration.origins.refusal(host: request.text(request.authority), origin: origin) {
            context.report(status, of: request, from: address)
            var response = HTTPError.response(status, .permissionDenied, "This host or origin is not allowed")
            response.closesConnection = true
            return response
        }
        knownHost = Array(request.bytes[request.authority])
        return nil
    }

    func respond(to exchange: HTTPExchange) {
        switch Door(exchange.request) {
        case .rpc: rpc.respond(to: exchange)
        case .path: path.respond(to: exchange)
        case .events: events.respond(to: exchange)
        case .files: exchange.respond(file(exchange.request))
        }
    }

    func refusal(_ refusal: HTTPRefusal, of request: HTTPRequestHead?, from address: String) -> HTTPResponse {
        HTTPError.response(refusal)
    }

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
        return offered.split(separator: ",").contains { $0.drop(while: \.isWhitespace) == "jsonrpc" }
    }

    private func file(_ request: HTTPRequestHead) -> HTTPResponse {
        guard request.method == .get || request.method == .head else { return HTTPError.onlyGet }
        if request.equals(request.path, "/livez") { return Readiness.alive }
        if request.equals(request.path, "/readyz") { return context.readiness.response }
        return context.configuration.files.response(for: request.pathText, knownTag: request["if-none-match"])
            ?? HTTPError.notFound
    }
}

/// The ways in that are told apart by path.
enum Door {
    case rpc
    case path
    case events
    case files

    /// Finds the door for a request.
    init(_ request: HTTPRequestHead) {
        if request.equals(request.path, "/rpc") {
            self = .rpc
        } else if request.hasPathPrefix("/rpc/") {
            self = .path
        } else if request.hasPathPrefix("/events/") {
            self = .events
        } else {
            self = .files
        }
    }
}
