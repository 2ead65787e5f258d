import LibWebSockets
import Postern
import PosternJSONRPC

/// `POST /rpc/<service>/<method>` with the arguments as the body, and `GET` of methods registered as safe with the
/// arguments in the query.
///
/// The answer is the bare result, or the bare error with a status of Connect's table.
final class PathDoor {
    private let context: LoopContext
    private static let prefixBytes = "/rpc/".utf8.count

    init(_ context: LoopContext) { self.context = context }

    func admit(_ request: HTTPRequestHead, bodyLimit: Int) -> HTTPAdmission {
        switch request.method {
        case .get: return .readBody(atMost: 0)
        case .post:
            let isAcceptable = !request.hasBody || JSONHeaders.announcesJSON(request)
            return isAcceptable ? .readBody(atMost: bodyLimit) : .answer(HTTPError.unsupportedMediaType)
        default: return .answer(HTTPError.methodNotAllowed(allow: "GET, POST"))
        }
    }

    func respond(to exchange: HTTPExchange) {
        do throws(CallError) {
            var call = try call(for: exchange)
            if exchange.request["accept"]?.contains("text/event-stream") == true {
                call.deadline = nil
                return EventStream(exchange, context).open(call)
            }
            start(call, exchange)
        } catch {
            PathAnswer.send(.failure(error), to: exchange)
        }
    }

    private func call(for exchange: HTTPExchange) throws(CallError) -> Call {
        let request = exchange.request
        guard !context.readiness.isDraining else { throw CallError(.draining, "The server is stopping") }
        return try PathCall.call(
            path: request.text((request.path.lowerBound + Self.prefixBytes)..<request.path.upperBound),
            body: try arguments(of: exchange),
            deadline: try RequestDeadline.deadline(of: request),
            requiresSafeMethod: request.method == .get,
            limits: context.configuration.messages
        )
    }

    private func arguments(of exchange: HTTPExchange) throws(CallError) -> [UInt8] {
        guard exchange.request.method == .get else { return exchange.copyBody() }
        do throws(PayloadError) {
            return try QueryArguments.json(exchange.request.text(exchange.request.query))
        } catch {
            throw CallError(error)
        }
    }

    private func start(_ call: Call, _ exchange: HTTPExchange) {
        let runner = CallRunner(context)
        runner.onFinish = { _, result in PathAnswer.send(result, to: exchange) }
        exchange.onDisconnect = { runner.cancelAll() }
        let path = Array(call.method.utf8)
        runner.start(.only, call, JSONRPCSession.CallOptions(context.dispatcher.execution(of: path.span)))
    }
}

/// The answers of the path door.
enum PathAnswer {
    static func send(_ result: Result<Reply, CallError>, to exchange: HTTPExchange) {
        var body: [UInt8] = []
        let status = PathCall.append(result, into: &body)
        if status == HTTPStatus.ok.code { return exchange.respond(JSONHeaders.ok, body: body.span) }
        var headers = JSONHeaders.all
        if case .failure(let error) = result, error.code.isRetryable {
            headers.append((name: "Retry-After", value: "1"))
        }
        exchange.respond(
            statuses.first { $0.code == status } ?? .internalServerError,
            headers: headers,
            body: body.span
        )
    }

    /// The statuses of Connect's table.
    private static let statuses: [HTTPStatus] = [
        .badRequest, .unauthorized, .forbidden, .notFound, .tooManyRequests, .internalServerError, .notImplemented,
        .serviceUnavailable, HTTPStatus(409, "Conflict"), HTTPStatus(499, "Client Closed Request"),
        HTTPStatus(504, "Gateway Timeout"),
    ]
}
