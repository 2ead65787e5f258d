import PosternTestSupport
import Glibc
import Postern
import PosternTasks
import Testing
@testable import task_program

/// The ends of tasks, and the errors that their callers receive.
@Suite(.timeLimit(.minutes(10)))
struct EndingTests {
    @Test(
        arguments: [(nil, SIGKILL, "signal 9"), (nil, SIGSEGV, "signal 11"), (7, nil, "exit code 7")]
            as [(Int32?, Int32?, String)]
    )
    func aCallFailsWithTheReasonWhyTheProcessEnded(code: Int32?, signal: Int32?, reason: String) async throws {
        let host = TaskHost()
        let child = try await host.spawn(fixture: Crasher(code: code, signal: signal))
        let error = await #expect(throws: CallError.self) { try await child.call("crash") }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.executed == .yes)
        let failure = await #expect(throws: CallError.self) { try await child.result }
        #expect(failure?.message.hasPrefix("Lost connection to \(child.id)") == true)
        #expect(child.state == .fail)
        await host.end()
    }

    @Test func aFailureNamesEachTaskThatItPassedThrough() async throws {
        let host = TaskHost()
        let root = try await host.spawn(fixture: Branch(depth: 2, fails: true))
        let error = await #expect(throws: CallError.self) { try await root.result }
        await host.end()
        let names = (error?.message ?? "").split(separator: ": ")
        #expect(names.count == 4)
        #expect(names.first == "Task \(root.id) failed")
        #expect(names.last == "the leaf broke")
        let tasks = host.tasks
        #expect(tasks.map(\.state) == [.fail, .fail, .fail])
        #expect(tasks.allSatisfy { $0.exit == "exit code 1" }, "\(tasks)")
        #expect(error?.cause(as: Trouble.self)?.text == "the leaf broke")
    }

    @Test func aStopReachesTheWholeTree() async throws {
        let host = TaskHost()
        let root = try await host.spawn(fixture: Branch(depth: 1, width: 2, stays: true))
        #expect(await eventually { host.tasks.filter { $0.state == .work }.count == 3 })
        await root.stop()
        await #expect(throws: CallError.self) { try await root.result }
        _ = await root.exit
        #expect(host.tasks.map(\.state) == [.stop, .stop, .stop], "\(host.tasks)")
        await host.end()
    }

    @Test func aTaskThatIgnoresAStopIsKilled() async throws {
        let host = TaskHost()
        var options = TaskOptions.lenient
        options.stopGrace = .milliseconds(100)
        options.killGrace = .milliseconds(100)
        let child = try await host.spawn(fixture: Stubborn(), options)
        #expect(await eventually { child.state == .work })
        await child.stop()
        #expect(await child.exit == .signal(Int(SIGKILL)))
        #expect(child.state == .stop)
        await host.end()
    }

    @Test func aProgramThatDoesNotStartInTimeIsKilled() async throws {
        let host = TaskHost()
        var options = TaskOptions.lenient
        options.startTimeout = .milliseconds(200)
        options.stopGrace = .zero
        let child = try await host.spawn(Sleep(), options: options)
        let error = await #expect(throws: CallError.self) { try await child.result }
        #expect(error?.message.contains("did not start within 0.2 seconds") == true, "\(error?.message ?? "")")
        let call = await #expect(throws: CallError.self) { try await child.call("anything") }
        #expect(call?.message.contains("fail") == true)
        #expect(call?.executed == .no)
        #expect(await child.exit == .signal(Int(SIGTERM)))
        await host.end()
    }

    @Test func aProgramThatClosesItsChannelBeforeItStartsHasFailed() async throws {
        let host = TaskHost()
        var options = TaskOptions()
        options.stopGrace = .zero
        let child = try await host.spawn(Script(script: "exec 0<&-; sleep 600"), options: options)
        let error = await #expect(throws: CallError.self) { try await child.call("anything") }
        let reason = "it closed the connection, and its process has not ended"
        #expect(error?.message == "Task \(child.id) ended before it had started: \(reason)")
        #expect(error?.executed == .no)
        #expect(await child.exit == .signal(Int(SIGTERM)))
        #expect(child.state == .fail)
        await host.end()
    }

    @Test func aTaskThatRejectsItsStartFailsWithItsOwnReason() async throws {
        let host = TaskHost()
        let child = try await host.spawn(Refusal(code: CallError.Code.unavailable.rawValue))
        let error = await #expect(throws: CallError.self) { try await child.result }
        #expect(error?.message == "Task \(child.id) failed: no room")
        #expect(error?.code == .unavailable)
        await host.end()
    }

    @Test(arguments: [
        ("/nothing/here", "there is no such program"), ("nothing-here", "there is no such program"),
        ("/", "it is a directory"), ("./README.md", "it is not an executable file"),
    ])
    func aProgramThatCannotBeStartedFailsAtOnce(program: String, reason: String) async throws {
        let host = TaskHost()
        let error = await #expect(throws: CallError.self) { try await host.spawn(Program(path: program)) }
        #expect(error?.code == .unavailable && error?.executed == .no)
        #expect(error?.message.hasSuffix("cannot start \(program): \(reason)") == true, "\(error?.message ?? "")")
        #expect(host.tasks.map(\.state) == [.fail])
    }

    @Test func aProgramThatEndsBeforeItHasStartedIsReportedWithItsLastLine() async throws {
        let host = TaskHost()
        let script = "echo first >&2; printf '\\033[1mlast words\\n \\n' >&2; exit 3"
        let child = try await host.spawn(Script(script: script))
        let error = await #expect(throws: CallError.self) { try await child.result }
        #expect(error?.message.hasSuffix("exit code 3; it wrote: [1mlast words") == true, "\(error?.message ?? "")")
        await host.end()
    }

    @Test func aLimitWithWhichNoProgramStartsIsRefused() async throws {
        let host = TaskHost()
        var options = TaskOptions()
        options.limits.openFiles = 3
        let error = await #expect(throws: CallError.self) { try await host.spawn(Sleep(), options: options) }
        #expect(error?.code == .invalidParameters && error?.executed == .no)
        #expect(error?.message == "limits.openFiles is 3, and no program starts with less than 16")
        #expect(host.tasks.isEmpty)
    }

    @Test func theNumberOfLivingTasksIsLimited() async throws {
        let host = TaskHost(limit: 2)
        let first = try await host.spawn(fixture: RpcChild())
        _ = try await host.spawn(fixture: RpcChild())
        let error = await #expect(throws: CallError.self) { try await host.spawn(fixture: RpcChild()) }
        #expect(error?.code == .busy)
        await first.stop()
        _ = await first.exit
        var again: TaskProcess<FixtureTask<RpcChild>>?
        #expect(
            await eventually {
                again = try? await host.spawn(fixture: RpcChild()); return again != nil
            }
        )
        await host.end()
        #expect(again?.state == .stop)
    }
}

private struct Sleep: TaskDefinition {
    typealias Output = NoResult

    var command: TaskCommand { .program("sleep", ["60"]) }
}

/// A program that answers the start with an error and continues to run.
private struct Refusal: TaskDefinition {
    typealias Output = NoResult

    var code: Int
    var command: TaskCommand {
        let error = #"{"code": \#(code), "message": "no room"}"#
        let answer = #"printf '{"jsonrpc": "2.0", "id": %s, "error": \#(error)}\n' "$id""#
        let script = #"read -r line; id=${line#*\"id\":}; id=${id%%[,\}]*}; \#(answer); cat"#
        return .program("sh", ["-c", script], speaking: .jsonLines, over: .standardIO)
    }
}

private struct Program: TaskDefinition {
    typealias Output = NoResult

    var path: String
    var command: TaskCommand { .program(path) }
}
