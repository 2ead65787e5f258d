import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// The door for `POST /rpc/<service>/<method>` with the arguments as the body, and for `GET` and `HEAD` of methods that
/// are registered as safe, with the arguments in the query.
///
/// The response is the bare result, server-sent events if the result is a stream, or the bare error with a status of
/// Connect's table. Whether a method returns a stream is known from its reply only, since another process may serve it.
final class PathDoor {
    private let context: LoopContext
    private static let prefixBytes = "/rpc/".utf8.count

    init(_ context: LoopContext) { self.context = context }

    func admit(_ request: HTTPRequestHead, bodyLimit: Int) -> HTTPAdmission {
        if let refusal = HTTPError.unsupportedField(in: request) { return .answer(refusal) }
        switch request.method {
        case .get, .head: return .readBody(atMost: 0)
        case .post:
            let isAcceptable = !request.hasBody || JSONHeaders.announcesJSON(request)
            return isAcceptable ? .readBody(atMost: bodyLimit) : .answer(HTTPError.unsupportedMediaType(request))
        default: return .answer(HTTPError.methodNotAllowed(allow: Door.path.allow))
        }
    }

    func respond(to exchange: HTTPExchange) {
        do throws(CallError) {
            try admit(exchange)
            start(try call(for: exchange), exchange)
        } catch {
            Self.answer(exchange, .failure(error), context)
        }
    }

    /// Throws if a budget has no room for the arguments.
    private func admit(_ exchange: HTTPExchange) throws(CallError) {
        let byteCount = exchange.request.contentLength
        let needed = MemoryKind.bytes(ofArguments: byteCount)
        guard byteCount > 0, let refusal = exchange.account?.refusal(for: needed) else { return }
        exchange.account?.countRefusal(refusal)
        context.observer.observe(.budgetReached(refusal))
        throw CallError(overBudget: refusal, ran: .no)
    }

    private func call(for exchange: HTTPExchange) throws(CallError) -> Call {
        let request = exchange.request
        guard !context.readiness.isDraining else { throw .stopping }
        return try PathCall.call(
            path: try path(of: request),
            body: try arguments(of: exchange),
            deadline: try RequestDeadline.deadline(of: request),
            requiresSafeMethod: request.method != .post,
            limits: context.configuration.messages
        )
    }

    private func path(of request: HTTPRequestHead) throws(CallError) -> String {
        let path = request.text((request.path.lowerBound + Self.prefixBytes)..<request.path.upperBound)
        // Most paths contain no escapes.
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        do throws(PayloadError) {
            return try PercentEncoding.decode(path[...])
        } catch {
            throw CallError(error)
        }
    }

    private func arguments(of exchange: HTTPExchange) throws(CallError) -> [UInt8] {
        guard exchange.request.method != .post else { return exchange.copyBody() }
        do throws(PayloadError) {
            return try QueryArguments.json(exchange.request.text(exchange.request.query))
        } catch {
            throw CallError(error)
        }
    }

    private func start(_ call: Call, _ exchange: HTTPExchange) {
        let runner = CallRunner(context)
        let method = call.method
        let (account, argumentBytes) = (exchange.account, call.arguments.bytes.count)
        // The exchange has one call only.
        account?.set(MemoryKind.bytes(ofArguments: argumentBytes), for: .arguments)
        runner.onFinish = { [context] _, result in
            account?.set(0, for: .arguments)
            guard case .success(.stream(let stream)) = result else {
                return Self.answer(exchange, result, context)
            }
            Self.answer(exchange, stream, of: method, context, argumentBytes)
        }
        exchange.onDisconnect = {
            runner.close()
            account?.set(0, for: .arguments)
        }
        // The runner is closed first, so that the cancelled call does not respond too.
        exchange.onInterrupt = { [context] in
            runner.close()
            account?.set(0, for: .arguments)
            Self.answer(exchange, .failure(.stopped), context)
        }
        let path = Array(call.method.utf8)
        let execution = context.dispatcher.execution(of: path.span).withArguments(of: argumentBytes)
        runner.start(.only, call, JSONRPCSession.CallOptions(execution))
    }

    private static func answer(_ exchange: HTTPExchange, _ result: Result<Reply, CallError>, _ context: LoopContext) {
        // The `EventSource` of a browser does not reconnect after an error status, so it gets an empty stream.
        guard case .failure(let error) = result, error.code.isRetryable, exchange.request.method == .get,
            StreamPreference(exchange.request) == .asked
        else { return PathAnswer.send(result, to: exchange, context) }
        EventStream(exchange, context).end()
    }

    private static func answer(
        _ exchange: HTTPExchange,
        _ stream: ReplyStream,
        of method: String,
        _ context: LoopContext,
        _ argumentBytes: Int
    ) {
        guard exchange.isOpen else { return }
        if StreamPreference(exchange.request) == .excluded { return exchange.respond(HTTPError.notAcceptable) }
        guard exchange.request.method != .head else {
            return exchange.respond(HTTPResponse(.ok, headers: EventStream.headers))
        }
        EventStream(exchange, context).open(stream, of: method, argumentBytes)
    }
}
