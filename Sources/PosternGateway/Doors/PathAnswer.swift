import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// The responses of the path door.
enum PathAnswer {
    /// Responds with the bare result of a call, or with its error and the status of Connect's table.
    static func send(_ result: Result<Reply, CallError>, to exchange: HTTPExchange, _ context: LoopContext) {
        var (result, body) = (result, [UInt8]())
        var status = PathCall.append(result, into: &body)
        if body.count > MemoryLedger.step, let refusal = exchange.account?.refusal(for: body.count) {
            exchange.account?.countRefusal(refusal)
            context.observer.observe(.budgetReached(refusal))
            (result, body) = (.failure(.noRoomForAnswer), [])
            status = PathCall.append(result, into: &body)
        }
        if status == HTTPStatus.ok.code {
            // A prepared head sends its body, which a response to HEAD must not have.
            guard exchange.request.method == .head else { return exchange.respond(JSONHeaders.ok, body: body) }
            return exchange.respond(.ok, headers: JSONHeaders.all, body: body)
        }
        var headers = JSONHeaders.all
        if case .failure(let error) = result {
            if error.isRetryable { headers = JSONHeaders.later }
            if error.isNotSafe, exchange.request.method != .post {
                headers.append((name: "Allow", value: "POST"))
                return exchange.respond(.methodNotAllowed, headers: headers, body: body)
            }
        }
        exchange.respond(
            statuses.first { $0.code == status } ?? .internalServerError,
            headers: headers,
            body: body
        )
    }

    /// The statuses of Connect's table.
    private static let statuses: [HTTPStatus] = [
        .badRequest, .unauthorized, .forbidden, .notFound, .tooManyRequests, .internalServerError, .notImplemented,
        .serviceUnavailable, HTTPStatus(409, "Conflict"), HTTPStatus(499, "Client Closed Request"),
        HTTPStatus(504, "Gateway Timeout"),
    ]
}
