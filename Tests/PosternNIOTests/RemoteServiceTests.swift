import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// A stub written by hand.
private struct RemoteCounter {
    let remote: RemoteService

    func add(_ step: Int, times: Int) async throws(CallError) -> Int { try await remote.call("add", step, times) }
    func reset() async throws(CallError) { try await remote.call("reset") }
    func numbers(to end: Int) async throws(CallError) -> ValueStream<Int> { try await remote.stream("numbers", end) }
    func ask(_ question: Callback) async throws(CallError) -> String { try await remote.call("ask", question) }
    func wait() async throws(CallError) { try await remote.call("wait") }
}

/// Typed stubs over connections, references and local objects.
@Suite(.timeLimit(.minutes(10)))
struct RemoteServiceTests {
    @Test(arguments: Wiring.allCases)
    func aStubCallsByPath(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router())
        try await callEverything(RemoteCounter(remote: RemoteService(link.client, path: "tools/counter")))
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aStubCallsThroughAReference(wiring: Wiring) async throws {
        let router = router()
        router.root.register("counter") { Reference(to: router.service("tools").service("counter")) }
        let link = try await Link.make(wiring, serving: router)
        let reference: Reference = try await link.client.call("counter")
        try await callEverything(RemoteCounter(remote: RemoteService(reference)))
        await link.close()
    }

    @Test func aStubCallsALocalReference() async throws {
        try await callEverything(RemoteCounter(remote: RemoteService(Reference(to: router()), path: "tools/counter")))
    }

    @Test(arguments: [Wiring.tcp, .unix])
    func aStubCallsThroughAReconnectingPeer(wiring: Wiring) async throws {
        let server = NativeServer(router())
        let peer = ReconnectingPeer(to: try await server.start(at: wiring.address), patience: .seconds(60))
        peer.start()
        try await callEverything(RemoteCounter(remote: RemoteService(peer, path: "tools/counter")))
        await peer.stop()
        await server.stop()
        let stub = RemoteCounter(remote: RemoteService(peer, path: "tools/counter", timeout: .milliseconds(1)))
        let error = await #expect(throws: CallError.self) { try await stub.reset() }
        #expect(error?.code == .unavailable && error?.executed == .no)
    }

    @Test(arguments: Wiring.allCases)
    func theTimeoutOfAStubIsThatOfItsCalls(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router())
        let service = RemoteService(link.client, path: "tools/counter", timeout: .milliseconds(20))
        let error = await #expect(throws: CallError.self) { try await RemoteCounter(remote: service).wait() }
        #expect(error?.code == .deadlineExceeded)
        await link.close()
    }

    @Test(arguments: Wiring.allCases)
    func aStubReachesNoPathsOfReferences(wiring: Wiring) async throws {
        let router = router()
        router.root.register("counter") { Reference(to: router.service("tools").service("counter")) }
        let link = try await Link.make(wiring, serving: router)
        let reference: Reference = try await link.client.call("counter")
        let number = try #require(link.server.exportedReferences.first?.number)
        let stub = RemoteCounter(remote: RemoteService(link.client, path: "$/\(number)"))
        let error = await #expect(throws: CallError.self) { try await stub.reset() }
        #expect(error?.code == .methodNotFound)
        try await RemoteCounter(remote: RemoteService(reference)).reset()
        await link.close()
    }

    private func callEverything(_ counter: RemoteCounter) async throws {
        #expect(try await counter.add(2, times: 3) == 6)
        try await counter.reset()
        let numbers = try await counter.numbers(to: 3)
        #expect(try await numbers.reduce(into: []) { $0.append($1) } == [1, 2, 3])
        #expect(try await counter.ask(Callback { "tea" }) == "tea")
    }

    private func router() -> Router {
        let router = Router()
        let counter = router.service("tools").service("counter")
        counter.register("add", "step", "times") { (step: Int, times: Int) in step * times }
        counter.register("reset") { () in }
        counter.registerStream("numbers", "end") { (end: Int) in
            AsyncStream { values in
                for value in 1...end { values.yield(value) }
                values.finish()
            }
        }
        counter.register("ask", "question") { (question: Callback) async throws -> String in try await question.call() }
        counter.register("wait") { () async throws in try await Task.sleep(for: .seconds(60)) }
        return router
    }
}
