import PosternTestSupport
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Calls between parents and children.
@Suite(.timeLimit(.minutes(10)))
struct CallingTests {
    /// Runs a test with a host for the methods of a router, and ends the host after it.
    private func withHost<Result>(
        _ router: Router = Router(),
        _ body: (TaskHost) async throws -> Result
    ) async throws -> Result {
        let host = TaskHost(serving: router)
        let result: Result
        do { result = try await body(host) } catch {
            await host.end()
            throw error
        }
        await host.end()
        return result
    }

    @Test func aParentCallsItsChildAtOnce() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            #expect(try await child.call("some_rpc_call") == 1337)
            #expect(child.state == .work)
            await child.stop()
            await #expect(throws: CallError.self) { try await child.result }
            #expect(child.state == .stop)
            #expect(await child.exit == .code(0))
        }
    }

    @Test func callersRunOnTheEventLoopOfAChildThatIsAtWork() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            #expect(try await child.call("some_rpc_call") == 1337)
            let executor = try #require(child.executor)
            let answer = Task(executorPreference: executor) { try await child.call("some_rpc_call") as Int }
            #expect(try await answer.value == 1337)
        }
    }

    @Test func aChildCallsItsParent() async throws {
        let router = Router()
        let isCalled = Flag()
        router.root.register("set_called") { isCalled.set() }
        try await withHost(router) { host in
            let child = try await host.spawn(fixture: FlagChild())
            #expect(try await child.result == true)
            #expect(isCalled.isSet)
        }
    }

    @Test func bothCallEachOtherAndEveryResultComesBeforeItsEnd() async throws {
        let router = Router()
        router.root.register("set_called") {}
        try await withHost(router) { host in
            let events = host.events
            let child = try await host.spawn(fixture: EchoChild())
            #expect(try await child.call("echo", named: ["value": 1]) == 1)
            #expect(try await child.result == true)
            _ = await child.exit
            await host.end()
            var kinds: [TaskEvent.Kind] = []
            var states: [TaskState] = []
            for await event in events {
                kinds.append(event.kind)
                if let state = event.state { states.append(state) }
            }
            #expect(kinds == [.created, .state, .result, .state, .exit])
            #expect(states == [.work, .done])
        }
    }

    @Test(arguments: ["hidden", "_private", "run", "task/other", "nothing/at/all"])
    func methodsThatAreNotExposedCannotBeCalled(method: String) async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            let error = await #expect(throws: CallError.self) { try await child.call(method) }
            #expect(error?.code == .methodNotFound)
            #expect(try await child.call("some_rpc_call") == 1337)
        }
    }

    @Test func argumentsAreCheckedByName() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            #expect(try await child.call("add", named: ["a": 5]) == "5x")
            let wrong: [KeyValuePairs<String, any Encodable>] = [[:], ["a": "zz"], ["a": 1, "c": 2]]
            for (arguments, name) in zip(wrong, ["a", "a", "c"]) {
                let error = await #expect(throws: CallError.self) {
                    try await child.call("add", named: arguments) as String
                }
                #expect(error?.code == .invalidParameters)
                #expect(error?.message.contains(name) == true)
            }
        }
    }

    @Test func aHandlerCallsItsCallerBackFiftyLevelsDeep() async throws {
        let router = Router()
        router.root.register("descend", "depth") { (call: CallContext, depth: Int) async throws -> Int in
            guard depth > 0, let caller = call.caller else { return 0 }
            return try await caller.call("descend", depth - 1) + 1
        }
        try await withHost(router) { host in
            let child = try await host.spawn(fixture: RpcChild())
            #expect(try await child.call("descend", 50) == 50)
        }
    }

    @Test func theShorterOfTwoCallsEndsFirst() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            async let long: Int = child.call("wait", 300)
            async let short: Int = child.call("wait", 1)
            #expect(try await short == 1)
            #expect(try await long == 300)
        }
    }

    @Test func aFunctionIsPassedToAChild() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            let result: Int = try await child.call("visit", Callback { (value: Int) in value * 2 })
            #expect(result == 42)
        }
    }

    @Test func anErrorOfAHandlerKeepsItsType() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: RpcChild())
            let error = await #expect(throws: CallError.self) { try await child.call("fail") as Int }
            #expect(error?.cause(as: Trouble.self)?.text == "handler")
        }
    }

    @Test func callsToATaskThatHasEndedFailWithTheReason() async throws {
        try await withHost { host in
            let child = try await host.spawn(fixture: Counter(steps: 1))
            _ = try await child.result
            let error = await #expect(throws: CallError.self) { try await child.call("some_rpc_call") }
            #expect(error?.message.contains("done") == true)
            #expect(error?.message.contains("some_rpc_call") == true)
            #expect(error?.executed == .no)
        }
    }
}
