import LibWebSockets
import Postern
import PosternJSONRPC

/// The door for `GET /events/<topic>`, which streams a topic as server-sent events (WHATWG HTML section 9.2).
final class EventsDoor {
    private let context: LoopContext
    private static let prefixBytes = "/events/".utf8.count

    init(_ context: LoopContext) { self.context = context }

    func admit(_ request: HTTPRequestHead) -> HTTPAdmission {
        switch request.method {
        case .get, .head:
            if StreamPreference(request) == .excluded { return .answer(HTTPError.notAcceptable) }
            return request.method == .get
                ? .readBody(atMost: 0)
                // HEAD does not subscribe: its response ends before any event.
                : .answer(HTTPResponse(.ok, headers: EventStream.headers))
        default: return .answer(HTTPError.methodNotAllowed(allow: Door.events.allow))
        }
    }

    func respond(to exchange: HTTPExchange) {
        let path = exchange.request.text(exchange.request.path).dropFirst(Self.prefixBytes)
        do throws(PayloadError) {
            let topic = try PercentEncoding.decode(path)
            EventStream(exchange, context).join(MethodPath.path(of: topic))
        } catch {
            exchange.respond(HTTPError.response(.badRequest, .invalidRequest, error.message))
        }
    }
}
