import PosternTestSupport
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Calls by identifier to tasks that were spawned by other tasks.
@Suite(.timeLimit(.minutes(10)))
struct DeepTaskTests {
    @Test(arguments: [1, 2])
    func aTaskBelowIsCalled(depth: Int) async throws {
        try await ServedTasks.run { served in
            _ = try await served.spawn("Branch", [2, true])
            let id = await served.task(atDepth: depth)
            #expect(try await served.call("tasks/call", .string(id), "levels") == .integer(Int64(2 - depth)))
            #expect(try await served.call("tasks/call", .string(id), "wait", [0]) == .null)
            let error = await #expect(throws: CallError.self) {
                try await served.call("tasks/call", .string(id), "none")
            }
            #expect(error?.code == .methodNotFound)
        }
    }

    @Test func aTaskBelowIsStopped() async throws {
        try await ServedTasks.run { served in
            let root = try await served.spawn("Branch", [2, true])
            let id = await served.task(atDepth: 2)
            try await served.call("tasks/stop", .string(id))
            #expect(await eventually { served.state(of: id) == .stop })
            await #expect(throws: CallError.self) { try await served.call("tasks/result", .string(root)) }
        }
    }

    @Test func theFailureOfAKilledTaskNamesTheTasksAboveIt() async throws {
        try await ServedTasks.run { served in
            let root = try await served.spawn("Branch", [2, true])
            let (middle, leaf) = (await served.task(atDepth: 1), await served.task(atDepth: 2))
            async let end = #expect(throws: CallError.self) { try await served.call("tasks/result", .string(leaf)) }
            try await served.call("tasks/kill", .string(leaf))
            #expect(await end?.message.contains("signal 9") == true)
            let failure = await #expect(throws: CallError.self) { try await served.call("tasks/result", .string(root)) }
            for word in [root, middle, leaf, "signal 9"] { #expect(failure?.message.contains(word) == true) }
            #expect(await eventually { served.state(of: leaf) == .fail })
            // The task and all tasks above it have ended.
            let late = await #expect(throws: CallError.self) { try await served.call("tasks/result", .string(leaf)) }
            #expect(late?.message.contains("signal 9") == true)
        }
    }
}
