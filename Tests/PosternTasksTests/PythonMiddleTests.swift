import PosternTestSupport
import Foundation
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Calls from the root to tasks that were spawned by a task in Python.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PythonMiddleTests {
    /// The arguments of the Python task, which spawns another task in Python or one in Swift.
    private static let leaves = [[], [Programs.path(of: "task-program"), "RpcChild"]]

    private func withLeaf(
        of task: PythonChild,
        _ body: (ServedTasks, TaskProcess<PythonChild>, String) async throws -> Void
    ) async throws {
        try await ServedTasks.run { served in
            let middle = try await served.host.spawn(task)
            let leaf = await served.task(atDepth: task.depth)
            try await body(served, middle, leaf)
        }
    }

    @Test(arguments: leaves)
    func aTaskBelowAPythonTaskIsCalled(leaf: [String]) async throws {
        try await withLeaf(of: PythonChild(depth: 1, stays: true, leaf: leaf)) { (served, middle, id) async throws in
            #expect(try await served.call("tasks/call", .string(id), "some_rpc_call") == 1337)
            for method in ["none", "task/start"] {
                let error = await #expect(throws: CallError.self) {
                    try await served.call("tasks/call", .string(id), .string(method))
                }
                #expect(error?.code == .methodNotFound && error?.executed == .no)
            }
            // The leaf calls a function of the root through the task in between.
            let double = Callback { (value: Int) in value * 2 }
            #expect(try await middle.call("task/below/\(id)/visit", double) == 42)
        }
    }

    @Test func aTaskBelowTwoPythonTasksAnswersAsToItsParent() async throws {
        try await withLeaf(of: PythonChild(depth: 2, stays: true)) { served, middle, id in
            let (reports, sink) = AsyncStream.makeStream(of: Payload.self)
            let named = Value.map([Value.Member("values", [1, 2, 3])])
            let doubled = try await served.call("tasks/call", .string(id), "double", named) { sink.yield($0) }
            sink.finish()
            #expect(doubled == [2, 4, 6])
            #expect(try await reports.map { try $0.decode(Int.self) }.reduce(into: []) { $0.append($1) } == [1, 2, 3])
            let path = "task/below/\(id)"
            var numbers: [Int] = []
            for try await number in try await middle.stream("\(path)/count", 200, of: Int.self) {
                numbers.append(number)
            }
            #expect(numbers == Array(0..<200))
            let error = await #expect(throws: CallError.self) { try await middle.call("\(path)/fail") }
            #expect(error?.code.rawValue == 1001 && error?.executed == .no)
            #expect(error?.message == "the handler broke")
            let stream = await #expect(throws: CallError.self) {
                try await served.call("tasks/call", .string(id), "count", [3])
            }
            #expect(stream?.code == .invalidRequest && stream?.message.contains("answers with a stream") == true)
            let late = await #expect(throws: CallError.self) {
                try await middle.call("\(path)/wait", 60_000, timeout: .milliseconds(50))
            }
            #expect(late?.code == .deadlineExceeded)
        }
    }

    @Test(arguments: leaves)
    func aTaskBelowAPythonTaskIsStopped(leaf: [String]) async throws {
        try await withLeaf(of: PythonChild(depth: 1, stays: true, leaf: leaf)) { served, middle, id in
            async let result = #expect(throws: CallError.self) { try await served.call("tasks/result", .string(id)) }
            try await served.call("tasks/stop", .string(id))
            #expect(await result?.code == .cancelled)
            await #expect(throws: CallError.self) { try await middle.result }
            _ = await middle.exit
            #expect(served.host.tasks.map(\.state) == [.stop, .stop])
            #expect(served.host.tasks.last?.exit == "exit code 0")
        }
    }

    @Test(arguments: leaves)
    func aTaskBelowAPythonTaskIsKilled(leaf: [String]) async throws {
        try await withLeaf(of: PythonChild(depth: 1, stays: true, leaf: leaf)) { served, middle, id in
            async let result = #expect(throws: CallError.self) { try await served.call("tasks/result", .string(id)) }
            try await served.call("tasks/kill", .string(id))
            let message = await result?.message ?? ""
            #expect(message.contains("signal 9"), "\(message)")
            let failure = await #expect(throws: CallError.self) { try await middle.result }
            for word in [middle.id, id, "signal 9"] { #expect(failure?.message.contains(word) == true) }
        }
    }

    @Test func callsToAnEndedOrUnknownTaskBelowAPythonTaskFailWithTheReason() async throws {
        try await withLeaf(of: PythonChild(depth: 1, stays: true, lingers: true)) { served, middle, id in
            try await served.call("tasks/stop", .string(id))
            #expect(await eventually { served.state(of: id) == .stop })
            // Its parent in Python is called directly, as the root may not have recorded the end yet.
            let path = "task/below/\(id)"
            let error = await #expect(throws: CallError.self) { try await middle.call("\(path)/some_rpc_call") }
            #expect(error?.code == .invalidRequest && error?.executed == .no)
            #expect(error?.message.contains("in the state stop: some_rpc_call was not called") == true)
            let result = await #expect(throws: CallError.self) { try await middle.call("\(path)/task/result") }
            #expect(result?.code == .cancelled)
            try await middle.call("\(path)/task/stop")
            try await middle.call("\(path)/task/kill")
            let unknown = await #expect(throws: CallError.self) { try await middle.call("task/below/nothing-1/x") }
            #expect(unknown?.code == .notFound && unknown?.executed == .no)
            #expect(unknown?.message == "No such task: nothing-1")
        }
    }

    @Test func aCallThroughAPythonTaskThatIsKilledNamesIt() async throws {
        try await withLeaf(of: PythonChild(depth: 1, stays: true)) { served, middle, id in
            let log = served.host.events
            async let error = #expect(throws: CallError.self) {
                try await served.call("tasks/call", .string(id), "hold")
            }
            for await event in log where event.text == "held" { break }
            try await served.call("tasks/kill", .string(middle.id))
            let message = await error?.message ?? ""
            #expect(message.contains("Lost connection to \(middle.id)") && message.contains("signal 9"), "\(message)")
            #expect(await error?.code == .unavailable)
            _ = await middle.exit
            #expect(served.state(of: id) == .fail)
        }
    }

    @Test func tasksBelowAKilledPythonTaskAreLostAndThoseAboveContinue() async throws {
        try await withLeaf(of: PythonChild(depth: 2, stays: true, lingers: true)) { served, _, id in
            let middle = await served.task(atDepth: 1)
            try await served.call("tasks/kill", .string(middle))
            #expect(await eventually { served.state(of: id) == .fail && served.state(of: middle) == .fail })
            let message = served.host.tasks.last?.message ?? ""
            #expect(message.hasPrefix("Lost connection to \(id)") && message.contains(middle), "\(message)")
            #expect(served.host.tasks.first?.state == .work)
        }
    }

    @Test(arguments: ["Counter", "Writer"])
    func eventsOfATaskBelowAPythonTaskArriveOnce(name: String) async throws {
        let host = TaskHost()
        let events = host.events
        async let all = events.reduce(into: [TaskEvent]()) { $0.append($1) }
        let leaf = [Programs.path(of: "task-program"), name]
        let middle = try await host.spawn(PythonChild(depth: 1, leaf: leaf))
        #expect(try await middle.result == 101)
        _ = await middle.exit
        await host.end()
        let seen = await all.filter { $0.id.hasPrefix(name) }
        let progress = seen.filter { $0.kind == .progress }.map(\.value)
        #expect(progress == (name == "Counter" ? (1...100).map { .integer($0) } : []))
        let lines = seen.filter { $0.stream == .output }.map(\.text)
        #expect(lines == (name == "Writer" ? (0..<100).map { "\($0)".padded(to: 10) } : []))
        let others = seen.filter { $0.kind != .progress && $0.kind != .log }.map(\.kind)
        #expect(others == [.created, .state, .result, .state, .exit])
    }

    /// Inside a PID namespace the processes have different identifiers.
    @Test(arguments: [[], [Programs.path(of: "task-program"), "Branch"]])
    func processIdentifiersAreThoseOfTheRootNamespace(leaf: [String]) async throws {
        try await ServedTasks.run { served in
            _ = try await served.host.spawn(fixture: PythonKeeper(depth: 2, leaf: leaf))
            _ = await served.task(atDepth: leaf.isEmpty ? 2 : 3)
            for task in served.host.tasks {
                let number = try #require(task.process)
                let environment = try Data(contentsOf: URL(filePath: "/proc/\(number)/environ"))
                #expect(environment.range(of: Data("POSTERN_TASK_ID=\(task.id)\0".utf8)) != nil, "\(task)")
            }
        }
    }
}
