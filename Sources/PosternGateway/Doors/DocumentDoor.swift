import LibWebSockets
import Postern
import PosternJSONRPC

/// The door for `GET /openrpc.json`, which responds with the description of all methods as an OpenRPC document.
///
/// The dispatcher is called for each request, because services behind it may change. The document is written again only
/// if the description has changed.
final class DocumentDoor {
    private let context: LoopContext
    /// The last document, and its entity tag.
    private var last: (document: [UInt8], tag: EntityTag)?
    /// The timeout of the call that returns the description.
    private static let patience = Duration.seconds(10)

    init(_ context: LoopContext) { self.context = context }

    /// Responds with the document, or with 304 if the client has it.
    func respond(to exchange: HTTPExchange) {
        if context.readiness.isDraining { return PathAnswer.send(.failure(.stopping), to: exchange, context) }
        let runner = CallRunner(context)
        runner.onFinish = { [self] _, result in answer(exchange, result) }
        exchange.onDisconnect = { runner.close() }
        let arguments = Payload(bytes: [], codec: JSON.self)
        let call = Call("rpc/describe", arguments: arguments, deadline: .now.later(by: Self.patience))
        runner.start(.only, call, JSONRPCSession.CallOptions(placement: .concurrent))
    }

    private func answer(_ exchange: HTTPExchange, _ result: Result<Reply, CallError>) {
        guard case .success(.value(let description)) = result,
            let document = try? context.sessionSettings.documents.openRPC(for: description)
        else { return PathAnswer.send(Self.failure(result), to: exchange, context) }
        // Comparing the bytes is cheaper than hashing them again.
        let tag = last?.document == document ? last?.tag : nil
        let known = (document: document, tag: tag ?? EntityTag(of: document))
        last = known
        let isKnown = known.tag.isKnown(to: exchange.request)
        let headers = Self.headers + [(name: "ETag", value: known.tag.text)]
        exchange.respond(HTTPResponse(isKnown ? .notModified : .ok, headers: headers, body: isKnown ? [] : document))
    }

    private static func failure(_ result: Result<Reply, CallError>) -> Result<Reply, CallError> {
        if case .failure = result { return result }
        return .failure(CallError(.internalError, "The methods cannot be described"))
    }

    private static let headers =
        JSONHeaders.all.filter { $0.name != "Cache-Control" } + [(name: "Cache-Control", value: "no-cache")]
}
