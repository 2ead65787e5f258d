import PosternTestSupport
import Postern
import PosternTasks
import Testing
@testable import task_program

/// The service `tasks` for the callers of a router.
@Suite(.timeLimit(.minutes(10)))
struct TaskServiceTests {
    @Test func offersAreListedWithTheirInputs() async throws {
        try await ServedTasks.run { served in
            let offers = try await served.call("tasks/offers")
            #expect((0..<3).map { offers[$0]?["name"] } == ["Branch", "RpcChild", "Writer"])
            #expect(offers[3] == nil)
            #expect(offers[0]?["documentation"] == "Spawns tasks like itself")
            #expect(offers[0]?["inputs"]?[0]?["documentation"] == "How many levels are below")
            #expect(offers[0]?["inputs"]?[1]?["isRequired"] == false)
        }
    }

    @Test func aTaskIsSpawnedCalledAndStopped() async throws {
        try await ServedTasks.run { served in
            let id = try await served.spawn("RpcChild")
            let named = Value.map([Value.Member("a", 1), Value.Member("b", "y")])
            #expect(try await served.call("tasks/call", .string(id), "some_rpc_call") == 1337)
            #expect(try await served.call("tasks/call", .string(id), "add", [1]) == "1x")
            #expect(try await served.call("tasks/call", .string(id), "add", named) == "1y")
            #expect(try await served.call("tasks/list")["tasks"]?[0]?["state"] == "work")
            async let end = #expect(throws: CallError.self) { try await served.call("tasks/result", .string(id)) }
            try await served.call("tasks/stop", .string(id))
            #expect(await end?.code == .cancelled)
            #expect(served.state(of: id) == .stop)
        }
    }

    @Test func aResultIsKeptAfterTheEndOfItsTask() async throws {
        try await ServedTasks.run { served in
            let id = try await served.spawn("Branch", .map([Value.Member("depth", 1)]))
            #expect(try await served.call("tasks/result", .string(id)) == 2)
            #expect(await eventually { served.host.tasks.allSatisfy { $0.exit != nil } })
            #expect(try await served.call("tasks/result", .string(id)) == 2)
            try await served.call("tasks/stop", .string(id))
            try await served.call("tasks/kill", .string(id))
            let error = await #expect(throws: CallError.self) {
                try await served.call("tasks/call", .string(id), "wait")
            }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.contains("in the state done") == true)
        }
    }

    @Test(arguments: [
        ("Branch", Value.array(["x"]), "depth"), ("Branch", .array([-1]), "depth"), ("Branch", .array([]), "depth"),
        ("Branch", .map([Value.Member("dept", 1)]), "dept"), ("Branch", .array([1, false, 2]), "Branch"),
        ("Branch", "x", "inputs"), ("Other", .array([]), "Other"), ("rpc/describe", .array([]), "rpc/describe"),
    ])
    func invalidInputsAreNamedInTheError(name: String, inputs: Value, word: String) async throws {
        try await ServedTasks.run { served in
            let error = await #expect(throws: CallError.self) { try await served.spawn(name, inputs) }
            #expect(error?.code == .invalidParameters && error?.executed == .no)
            #expect(error?.message.contains(word) == true)
            #expect(served.host.tasks.isEmpty)
        }
    }

    @Test(arguments: ["call", "stop", "kill", "result"])
    func anUnknownTaskIsNamedInTheError(method: String) async throws {
        try await ServedTasks.run { served in
            let arguments: [Value] = method == "call" ? ["nothing-1", "some_rpc_call"] : ["nothing-1"]
            let error = await #expect(throws: CallError.self) {
                if arguments.count == 1 { return try await served.call("tasks/\(method)", arguments[0]) }
                return try await served.call("tasks/\(method)", arguments[0], arguments[1])
            }
            #expect(error?.code == .notFound && error?.executed == .no)
            #expect(error?.message.contains("nothing-1") == true)
        }
    }

    @Test(arguments: ["task/start", "task/events", "task.below.x.y"])
    func controlMethodsOfATaskCannotBeCalled(method: String) async throws {
        try await ServedTasks.run { served in
            let id = try await served.spawn("RpcChild")
            let error = await #expect(throws: CallError.self) {
                try await served.call("tasks/call", .string(id), .string(method))
            }
            #expect(error?.code == .methodNotFound && error?.executed == .no)
        }
    }
}
