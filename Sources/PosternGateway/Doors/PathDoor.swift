import LibWebSockets
import Postern
import PosternJSONRPC

/// `POST /rpc/<service>/<method>` with the arguments as the body, and `GET` of methods registered as safe with the
/// arguments in the query. The answer is the bare result, or the bare error with a status of Connect's table.
final class PathDoor {
    private let context: LoopContext
    private static let prefixBytes = "/rpc/".utf8.count

    init(_ context: LoopContext) { self.context = context }

    func admit(_ request: HTTPRequestHead, bodyLimit: Int) -> HTTPAdmission {
        switch request.method {
        case .get: return .readBody(atMost: 0)
        case .post:
            let isAcceptable = request.contentLength == 0 || JSONHeaders.announcesJSON(request)
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
        let path = request.text((request.path.lowerBound + Self.prefixBytes)..<request.path.upperBound)
        guard path.utf8.count <= JSONRPCLimits.maximumNameBytes, !path.hasPrefix("rpc/") else {
            throw CallError(.methodNotFound, "No such method")
        }
        var call = Call(path, arguments: Payload(bytes: [], codec: JSON.self))
        do throws(PayloadError) {
            if request.method == .get {
                call.requiresSafeMethod = true
                call.arguments.bytes = try QueryArguments.json(request.text(request.query))
            } else {
                call.arguments.bytes = try exchange.withBody { body throws(PayloadError) in
                    try JSON.arguments(from: body)
                }
            }
        } catch {
            throw CallError(error)
        }
        call.deadline = try RequestDeadline.deadline(of: request)
        return call
    }

    private func start(_ call: Call, _ exchange: HTTPExchange) {
        let runner = CallRunner<Int>(context)
        runner.onFinish = { _, result in PathAnswer.send(result, to: exchange) }
        exchange.onDisconnect = { runner.cancelAll() }
        let path = Array(call.method.utf8)
        runner.start(0, call, JSONRPCSession.CallOptions(context.dispatcher.execution(of: path.span)))
    }
}

/// The answers of the path door.
enum PathAnswer {
    static func send(_ result: Result<Reply, CallError>, to exchange: HTTPExchange) {
        switch result {
        case .success(.value(let payload)):
            guard let json = try? payload.transcoded(to: JSON.self) else {
                return fail(CallError(.internalError, "The result has no form in JSON"), exchange)
            }
            exchange.respond(JSONHeaders.ok, body: json.bytes.span)
        case .success(.stream):
            fail(CallError(.methodNotFound, "A stream needs Accept: text/event-stream", executed: .no), exchange)
        case .failure(let error): fail(error, exchange)
        }
    }

    private static func fail(_ error: CallError, _ exchange: HTTPExchange) {
        var body: [UInt8] = []
        JSONRPCError.appendObject(error, into: &body)
        var headers = JSONHeaders.all
        if error.code.isRetryable { headers.append((name: "Retry-After", value: "1")) }
        exchange.respond(status(of: error), headers: headers, body: body.span)
    }

    private static func status(of error: CallError) -> HTTPStatus {
        let code = ConnectStatus.http(for: error)
        return statuses.first { $0.code == code } ?? HTTPStatus(code, "Error")
    }

    private static let statuses: [HTTPStatus] = [
        .badRequest, .unauthorized, .forbidden, .notFound, .tooManyRequests, .internalServerError, .notImplemented,
        .serviceUnavailable, HTTPStatus(409, "Conflict"), HTTPStatus(499, "Client Closed Request"),
        HTTPStatus(504, "Gateway Timeout"),
    ]
}
