import Postern
import PosternJSONRPC

/// Services whose methods fail in different ways.
enum ExecutedServices {
    struct Foreign: Error {}

    struct Refusal: CallErrorConvertible {
        let callError = CallError(.permissionDenied, "Not you")
    }

    struct Untouched: CallErrorConvertible {
        let callError = CallError(.permissionDenied, "Not you, and nothing was done", executed: .no)
    }

    struct Missing: TransferableError {}

    /// Returns the error that a handler throws, by name.
    static func thrown(_ name: String) -> any Error {
        switch name {
        case "application": CallError(.init(rawValue: 1001), "No tea")
        case "busy": CallError(.busy, "No place")
        case "busyStated": CallError(.busy, "No place, and nothing was done", executed: .no)
        case "busySet": stated(CallError(.busy, "No place, and nothing was done"))
        case "unknownStated": CallError(.unavailable, "It may have happened", executed: .unknown)
        case "unavailable": CallError(.unavailable, "No tea house")
        case "invalid": CallError(.invalidParameters, "Not that many")
        case "convertible": Refusal()
        case "convertibleStated": Untouched()
        case "transferable": Missing()
        case "cancelled": CancellationError()
        default: Foreign()
        }
    }

    private static func stated(_ error: CallError) -> CallError {
        var error = error
        error.executed = .no
        return error
    }

    /// Returns a router whose handlers call other handlers, over a connection and in the same process.
    static func makeRouter() -> Router {
        let router = Router()
        let (inner, _) = InProcessTransport.pair(NothingExposed(), makeInner())
        let (closed, _) = InProcessTransport.pair()
        closed.close()
        registerThrowing(router)
        registerCalling(router, inner: inner, closed: closed)
        registerOthers(router)
        return router
    }

    private static func makeInner() -> Router {
        let router = Router()
        router.root.register("throw", Parameter<String>("what")) { (what: String) throws -> Int in throw thrown(what) }
        router.root.registerStream("stream") {
            AsyncThrowingStream<Int, any Error> { $0.finish(throwing: thrown("busy")) }
        }
        return router
    }

    private static func registerThrowing(_ router: Router) {
        let short = router.service("short")
        short.register("none", options: .init(execution: .onEventLoop)) { () throws -> Int in throw thrown("busy") }
        short.register("one", Parameter<String>("what"), options: .init(execution: .onEventLoop)) {
            (what: String) throws -> Int in throw thrown(what)
        }
        short.register("two", Parameter<String>("what"), Parameter<Int>("b")) {
            (what: String, _: Int) throws -> Int in throw thrown(what)
        }
        short.register("four", Parameter<String>("what"), Parameter<Int>("b"), Parameter<Int>("c"), Parameter<Int>("d"))
        {
            (what: String, _: Int, _: Int, _: Int) throws -> Int in throw thrown(what)
        }
        let long = router.service("long")
        long.register("throw", Parameter<String>("what")) { (what: String) async throws -> Int in throw thrown(what) }
        long.register("context", Parameter<String>("what")) {
            (_: CallContext, what: String) async throws -> Int in throw thrown(what)
        }
        long.register("onLoop", Parameter<String>("what"), options: .init(execution: .onEventLoop)) {
            (what: String) async throws -> Int in throw thrown(what)
        }
        long.registerRaw("raw") { (_) async throws(CallError) in throw CallError(.busy, "No place") }
        long.registerRaw("rawStated") { (_) async throws(CallError) in throw CallError(.busy, "No place", executed: .no)
        }
        long.registerStream("stream", Parameter<String>("what")) {
            (what: String) async throws -> AsyncStream<Int> in throw thrown(what)
        }
    }

    private static func registerCalling(_ router: Router, inner: Peer, closed: Peer) {
        let calling = router.service("calling")
        calling.register("peer", Parameter<String>("method"), Parameter<String>("what")) {
            (method: String, what: String) async throws -> Int in try await inner.call(method, what)
        }
        calling.register("pending") { () async throws -> Int in try await inner.begin("throw", "busyStated").value }
        calling.register("closed") { () async throws -> Int in try await closed.call("throw", "busy") }
        calling.register("notify") { () async throws in try closed.notify("throw", "busy") }
        calling.register("late") { () async throws -> Int in
            try await inner.call("throw", "busy", timeout: .seconds(-1))
        }
        calling.register("stream") { () async throws -> Int in
            for try await item in try await inner.stream("stream", of: Int.self) { return item }
            return 0
        }
        calling.register("sameRouter") { [unowned router] () async throws in
            _ = try await router.dispatch(
                Call("no/such", arguments: Payload(bytes: [0xc0, 0xc0], codec: MessagePack.self))
            )
        }
        calling.registerRaw("raw") { (_) async throws(CallError) in
            try await inner.dispatch(Call("no/such", arguments: Payload(bytes: [0xc0, 0xc0], codec: MessagePack.self)))
        }
    }

    private static func registerOthers(_ router: Router) {
        let other = router.service("other")
        other.registerStream("ticks") { AsyncStream<Int> { _ in } }
        other.register("notANumber") { Double.nan }
        other.register("wait") { () async throws -> Int in
            try await Task.sleep(for: .seconds(60))
            return 1
        }
    }
}
