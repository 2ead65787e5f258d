import Glibc
import Postern
import PosternTasks
import Testing

/// Tasks whose programs speak JSON-RPC with one message per line.
@Suite(.timeLimit(.minutes(10)))
struct LineTaskTests {
    @Test func aTaskThatSpeaksJSONIsCalledAndReturnsItsResult() async throws {
        let host = TaskHost()
        let events = host.events
        async let all = events.reduce(into: [TaskEvent]()) { $0.append($1) }
        let task = try await host.spawn(LineTask(number: 21), options: .lenient)
        #expect(try await task.call("add", 2, 3) == 5)
        let error = await #expect(throws: CallError.self) { try await task.call("no.such") }
        #expect(error?.code == .methodNotFound)
        try await task.call("finish")
        #expect(try await task.result == 42)
        #expect(await task.exit == .code(0))
        await host.end()
        #expect(await all.filter { $0.stream == .error }.map(\.text) == ["started"])
    }

    @Test func aTaskThatSpeaksJSONIsStopped() async throws {
        let host = TaskHost()
        let task = try await host.spawn(LineTask(number: 1), options: .lenient)
        #expect(try await task.call("add", 1) == 1)
        await task.stop()
        await #expect(throws: CallError.self) { try await task.result }
        #expect(task.state == .stop)
        await host.end()
    }

    @Test func aTaskThatClosesItsConnectionAndContinuesHasFailed() async throws {
        let host = TaskHost()
        var options = TaskOptions()
        options.stopGrace = .zero
        let task = try await host.spawn(LineTask(number: 1), options: options)
        let error = await #expect(throws: CallError.self) { try await task.call("close") }
        #expect(error?.message == Self.words(for: task.id))
        #expect(error?.code == .unavailable && error?.executed == .yes)
        let failure = await #expect(throws: CallError.self) { try await task.result }
        #expect(failure?.message == Self.words(for: task.id))
        #expect(task.state == .fail)
        #expect(await task.exit == .signal(Int(SIGTERM)))
        await host.end()
    }

    /// The result of such a program is its exit code, so it is at work until it exits.
    @Test(arguments: [TaskCommand.Connection.channel, .standardIO])
    func aProgramThatClosesItsConnectionAndContinuesCannotBeCalled(connection: TaskCommand.Connection) async throws {
        let host = TaskHost()
        let program = try await host.spawn(LineService(connection: connection))
        for method in ["close", "add"] {
            let error = await #expect(throws: CallError.self) { try await program.call(method) }
            #expect(error?.message == Self.words(for: program.id))
        }
        #expect(program.state == .work)
        await host.end()
        #expect(program.state == .stop)
    }

    private static func words(for id: String) -> String {
        "Lost connection to \(id): it closed the connection, and its process has not ended"
    }

    @Test(arguments: [TaskCommand.Connection.channel, .standardIO])
    func aProgramThatDoesNotImplementTasksIsCalledAtOnce(connection: TaskCommand.Connection) async throws {
        let host = TaskHost()
        let program = try await host.spawn(LineService(connection: connection), options: .lenient)
        #expect(try await program.call("add", 2, 3) == 5)
        #expect(program.state == .work)
        await #expect(throws: CallError.self) { try await program.call("exit") }
        _ = try await program.result
        #expect(program.state == .done)
        await host.end()
    }
}

private struct LineTask: TaskDefinition {
    typealias Output = Int

    var number: Int
    var command: TaskCommand {
        .program(".venv/bin/python", ["Tests/Fixtures/LineProgram/task.py"], speaking: .jsonLines, over: .standardIO)
    }
}

private struct LineService: TaskDefinition {
    typealias Output = NoResult

    private enum CodingKeys: CodingKey {}

    var connection = TaskCommand.Connection.channel
    var command: TaskCommand {
        .program(
            ".venv/bin/python",
            ["Tests/Fixtures/LineProgram/lines.py"],
            speaking: .jsonLines,
            over: connection,
            knowsTasks: false
        )
    }
}
