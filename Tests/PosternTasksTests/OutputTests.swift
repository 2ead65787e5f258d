import PosternTestSupport
import Postern
import PosternTasks
import Testing
@testable import task_program

/// The output and the progress of children.
@Suite(.timeLimit(.minutes(10)))
struct OutputTests {
    /// Runs a task to its end, and returns its events.
    private func events<Inner: ChildTask>(of task: Inner) async throws -> [TaskEvent] {
        let host = TaskHost()
        let events = host.events
        async let all = events.reduce(into: [TaskEvent]()) { $0.append($1) }
        let child = try await host.spawn(fixture: task)
        _ = try await child.result
        _ = await child.exit
        await host.end()
        return await all
    }

    @Test func linesAreEventsOfTheTaskInOrder() async throws {
        let events = try await events(of: Writer(lines: 500))
        let id = events.first?.id
        #expect(events.allSatisfy { $0.id == id })
        #expect(events.filter { $0.stream == .output }.map(\.text) == (0..<500).map { "\($0)".padded(to: 10) })
        #expect(events.filter { $0.stream == .error }.map(\.text) == (0..<500).map { "error \($0)" })
        #expect(events.last?.kind == .exit)
    }

    @Test func aLongLineIsCutAndMarked() async throws {
        let lines = try await events(of: Writer(lines: 2, length: 200_000, closes: true)).filter {
            $0.stream == .output
        }
        #expect(lines.map(\.text?.count) == [64 << 10, 64 << 10])
        #expect(lines.allSatisfy { $0.isCut == true })
    }

    @Test func reportsComeBeforeTheResult() async throws {
        let events = try await events(of: Counter(steps: 100))
        let values = events.filter { $0.kind == .progress || $0.kind == .result }.map(\.value)
        #expect(values == (1...100).map { .integer($0) } + [.integer(100)])
    }

    @Test func outputOfOneTaskDoesNotBlockAnother() async throws {
        let host = TaskHost()
        let flood = try await host.spawn(fixture: Writer(lines: 1_000_000), TaskOptions())
        let child = try await host.spawn(fixture: RpcChild())
        #expect(try await child.call("some_rpc_call") == 1337)
        await flood.stop()
        #expect(try await child.call("some_rpc_call") == 1337)
        await host.end()
    }

    /// Nothing is lost, as the output fits into a pipe and the progress into the buffer of reports.
    @Test func eventsAreKeptForAReaderThatReadsLate() async throws {
        let host = TaskHost()
        let events = host.events
        let script = try await host.spawn(Script(script: "seq 2000; kill -9 $$"))
        let error = await #expect(throws: CallError.self) { try await script.result }
        #expect(error?.message.hasSuffix("its process ended with signal 9 (SIGKILL)") == true, "\(error as Any)")
        let counter = try await host.spawn(fixture: Counter(steps: 1_000))
        #expect(try await counter.result == 1_000)
        #expect(await counter.exit == .code(0))
        await host.end()
        let all = await events.reduce(into: [TaskEvent]()) { $0.append($1) }
        let lines = all.filter { $0.id == script.id && $0.kind == .log }.map(\.text)
        #expect(lines == (1...2_000).map { "\($0)" })
        #expect(all.count { $0.id == counter.id && $0.kind == .progress } == 1_000)
        #expect(all.last { $0.id == script.id }?.kind == .exit)
    }

    @Test func aReaderThatDoesNotReadBlocksOutputAndNotTheEnd() async throws {
        let host = TaskHost()
        let events = host.events
        var options = TaskOptions()
        (options.stopGrace, options.killGrace) = (.milliseconds(50), .milliseconds(50))
        let flood = try await host.spawn(fixture: Writer(lines: 1_000_000), options)
        #expect(await eventually { flood.state == .work })
        await host.end()
        #expect(flood.state == .stop)
        withExtendedLifetime(events) {}
    }
}
