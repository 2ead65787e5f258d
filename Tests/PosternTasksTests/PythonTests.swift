import PosternTestSupport
import Glibc
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Children in Python that use `public/python/postern_task.py`.
@Suite(.timeLimit(.minutes(10)))
struct PythonTests {
    @Test func aParentCallsItsPythonChildAtOnce() async throws {
        let host = TaskHost()
        let child = try await host.spawn(PythonChild(stays: true), options: .lenient)
        #expect(try await child.call("some_rpc_call") == 1337)
        await child.stop()
        await #expect(throws: CallError.self) { try await child.result }
        #expect(child.state == .stop)
        #expect(await child.exit == .code(0))
        await host.end()
    }

    @Test(arguments: [("closed", "ValueError: boom"), ("unusual", "Unusual: boom"), ("nameless", "Nameless")])
    func aPythonTaskFailsWithAnyError(how: String, text: String) async throws {
        let host = TaskHost()
        let child = try await host.spawn(FailingPython(how: how), options: .lenient)
        let error = await #expect(throws: CallError.self) { try await child.result }
        #expect(error?.message == "Task \(child.id) failed: \(text)")
        await host.end()
    }

    @Test func aPythonChildCallsItsParent() async throws {
        let router = Router()
        let isCalled = Flag()
        router.root.register("set_called") { isCalled.set() }
        let host = TaskHost(serving: router)
        let child = try await host.spawn(PythonChild(flag: true), options: .lenient)
        #expect(try await child.result == 1)
        #expect(isCalled.isSet)
        await host.end()
    }

    @Test func aTreeOfPythonChildrenIsSeenFromItsRoot() async throws {
        let host = TaskHost()
        let child = try await host.spawn(PythonChild(depth: 2), options: .lenient)
        #expect(try await child.result == 3)
        _ = await child.exit
        #expect(host.tasks.map(\.state) == [.done, .done, .done], "\(host.tasks)")
        #expect(host.tasks.map(\.exit) == Array(repeating: "exit code 0", count: 3))
        #expect(host.tasks.last?.progress == "at the bottom")
        await host.end()
    }

    @Test func aFailureNamesEachPythonTaskThatItPassedThrough() async throws {
        let host = TaskHost()
        let child = try await host.spawn(PythonChild(depth: 1, fails: true), options: .lenient)
        let error = await #expect(throws: CallError.self) { try await child.result }
        _ = await child.exit
        let leaf = host.tasks.last?.id ?? ""
        #expect(error?.message == "Task \(child.id) failed: Task \(leaf) failed: ValueError: the leaf broke")
        await host.end()
    }

    @Test func aStopReachesAWholeTreeOfPythonChildren() async throws {
        let host = TaskHost()
        let child = try await host.spawn(PythonChild(depth: 2, stays: true), options: .lenient)
        #expect(await eventually { host.tasks.filter { $0.state == .work }.count == 3 })
        await child.stop()
        _ = await child.exit
        #expect(host.tasks.map(\.state) == [.stop, .stop, .stop], "\(host.tasks)")
        await host.end()
    }

    @Test func aPythonChildThatIsKilledIsReportedWithItsSignal() async throws {
        let host = TaskHost()
        let child = try await host.spawn(PythonChild(stays: true), options: .lenient)
        let error = await #expect(throws: CallError.self) { try await child.call("crash") }
        #expect(error?.message.contains("signal 9") == true, "\(error?.message ?? "")")
        await host.end()
    }

    @Test func aResultDoesNotWaitForTheEventsOfTasksBelow() async throws {
        let host = TaskHost()
        var options = TaskOptions()
        options.stopGrace = .seconds(600)
        let child = try await host.spawn(Endless(), options: options)
        #expect(try await child.result == 1)
        #expect(host.tasks.map(\.state) == [.done])
        kill(try #require(child.processIdentifier), SIGKILL)
        _ = await child.exit
        await host.end()
    }

    @Test func aChildThatEndsBeforeItHasStartedIsReportedWithItsLastLine() async throws {
        let host = TaskHost()
        let child = try await host.spawn(PythonChild(depth: 1, leaf: ["cp", "cp"]))
        let error = await #expect(throws: CallError.self) { try await child.result }
        let message = error?.message ?? ""
        #expect(message.contains("exit code 1; it wrote: Try 'cp --help' for more"), "\(message)")
        await host.end()
    }
}

/// A task in Python that returns a result and whose events do not end.
private struct Endless: TaskDefinition {
    typealias Output = Int

    var command: TaskCommand { .program(".venv/bin/python", ["Tests/Fixtures/TaskProgram/endless.py"]) }
}
