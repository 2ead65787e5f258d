import PosternTestSupport
import NIOPosix
import Postern
import PosternNIO
import Testing

/// Tasks and handlers on the event loop of a connection.
@Suite(.timeLimit(.minutes(10)))
struct EventLoopExecutorTests {
    @Test("A task that prefers the executor of a connection resumes on it", arguments: [Wiring.tcp, .unix])
    func aTaskContinuesOnTheLoop(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        let task = Task(executorPreference: link.client.executor) {
            var places = [Self.isOnLoop]
            for _ in 0..<3 {
                try await link.client.call("here")
                places.append(Self.isOnLoop)
            }
            return places
        }
        #expect(try await task.value == [true, true, true, true])
        await link.close()
    }

    @Test("A handler on the event loop resumes there after a suspension", arguments: [Wiring.tcp, .unix])
    func aHandlerContinuesOnTheLoop(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Self.router(), client: Self.router())
        let places: [Bool] = try await link.client.call("waiting")
        #expect(places == [true, true])
        await link.close()
    }

    @Test(
        "A callback with an execution on the event loop runs there, one without elsewhere",
        arguments: [Wiring.tcp, .unix]
    )
    func aCallbackRunsOnTheLoop(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        let (short, long) = (Callback(execution: .onEventLoop) { Self.isOnLoop }, Callback { Self.isOnLoop })
        let isShortThere: Bool = try await link.client.call("ask", short)
        let isLongThere: Bool = try await link.client.call("ask", long)
        #expect(isShortThere)
        #expect(!isLongThere)
        await link.close()
    }

    @Test("Any number of jobs run in the order in which they are enqueued")
    func jobsKeepTheirOrder() async throws {
        let link = try await Link.make(.tcp, serving: Self.router())
        let seen = Shelf<Int>()
        let tasks = (0..<100).map { number in Task(executorPreference: link.client.executor) { seen.put(number) } }
        for task in tasks { await task.value }
        #expect(seen.all == Array(0..<100))
        await link.close()
    }

    @Test("All tasks whose replies arrive in one read resume", arguments: [Wiring.tcp, .unix])
    func allTasksOfAReadContinue(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask(executorPreference: link.client.executor) {
                    for _ in 0..<10 { try await link.client.call("here") }
                }
            }
            try await group.waitForAll()
        }
        await link.close()
    }

    @Test("A task that resumes with its reply may close the connection", arguments: [Wiring.tcp, .unix])
    func aTaskClosesItsConnection(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Self.router())
        let task = Task(executorPreference: link.client.executor) {
            try await link.client.call("here")
            link.client.close()
            do { try await link.client.call("here") } catch { return error as? CallError }
            return nil
        }
        #expect(try await task.value?.code == .unavailable)
        await link.close()
    }

    /// The transport in memory has no event loop.
    @Test func peersInMemoryHaveNoExecutor() async throws {
        let link = try await Link.make(.memory, serving: Self.router())
        #expect(link.client.executor == nil)
        await link.close()
    }

    private static var isOnLoop: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }

    private static func router() -> Router {
        let router = Router()
        router.root.register("here") {}
        router.root.register("waiting", options: MethodOptions(execution: .onEventLoop)) {
            (context: CallContext) async throws -> [Bool] in
            let before = isOnLoop
            try await context.caller?.call("here")
            return [before, isOnLoop]
        }
        router.root.register("ask", Parameter<Callback>("function")) { (function: Callback) async throws -> Bool in
            try await function.call()
        }
        return router
    }
}
