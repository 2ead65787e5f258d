import LibWebSockets
import Postern
import PosternJSONRPC

/// `GET /events/<topic>`: a topic as server-sent events (WHATWG HTML section 9.2).
final class EventsDoor {
    private let context: LoopContext
    private static let prefixBytes = "/events/".utf8.count

    init(_ context: LoopContext) { self.context = context }

    func respond(to exchange: HTTPExchange) {
        let request = exchange.request
        let topic = request.text((request.path.lowerBound + Self.prefixBytes)..<request.path.upperBound)
        EventStream(exchange, context).join(String(topic.map { $0 == "." ? "/" : $0 }))
    }
}
