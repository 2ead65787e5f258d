import PosternTestSupport
import Postern
import Synchronization

/// The acceptor's service as described at the top of `Tests/Corpus/sessions.txt`.
enum CorpusService {
    static func router() -> Router {
        let router = Router()
        let service = router.service("t")
        addCalls(to: service)
        addStreams(to: service)
        addReferences(to: service)
        let topic = router.topic("t/room")
        let short = MethodOptions(execution: .onEventLoop)
        service.register("say", "text", options: short) { (text: String) throws in try topic.publish(text) }
        service.register("said", options: short) { () in topic.position.offset }
        return router
    }

    private static func addCalls(to service: Service) {
        let safe = MethodOptions(isSafe: true, execution: .onEventLoop)
        service.register("add", "a", Parameter<Int>("b", default: 5), options: safe) { (a: Int, b: Int) in a + b }
        service.register("echo", Parameter<Payload>("value")) { (value: Payload) in value }
        service.register("wait") { () async throws in try await Task.sleep(for: .seconds(3_600)) }
        service.register("fail", "code") { (code: Int) throws -> Int in throw failure(code) }
        service.register("failNamed") { () throws -> Int in
            let details = try Payload(encoding: ["a": 1], as: MessagePack.self)
            throw CallError(.init(rawValue: 7), "failed", name: .notFound, executed: .no, details: details)
        }
        service.register("steps") { (context: CallContext) async throws -> String in
            for step in 1...2 { context.reportProgress(step) }
            return "done"
        }
    }

    private static func addStreams(to service: Service) {
        service.registerStream("count", "to") { (to: Int) async in
            AsyncStream(unfolding: counter(below: to))
        }
        service.registerStream("countAndFail") { () async in
            AsyncThrowingStream<Int, any Error> { continuation in
                continuation.yield(0)
                continuation.finish(throwing: failure(1_001))
            }
        }
    }

    private static func addReferences(to service: Service) {
        service.register("apply", "function", "value") { (function: Callback, value: Int) async throws -> Int in
            try await function.call(value)
        }
        let thing = Router()
        let count = Counter()
        thing.root.register("increment") { () -> Int in count.increment() }
        service.register("object") { () -> Reference in Reference(to: thing) }
        service.register("increment", "object") { (object: Reference) async throws -> Int in
            try await object.call("increment")
        }
    }

    private static func failure(_ code: Int) -> CallError { CallError(.init(rawValue: code), "failed") }

    private static func counter(below end: Int) -> @Sendable () async -> Int? {
        let count = Counter()
        return {
            let next = count.increment() - 1
            return next < end ? next : nil
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func increment() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}
