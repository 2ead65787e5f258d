import PosternTestSupport
import FoundationEssentials
import Glibc
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Tasks whose parent ends.
@Suite(.timeLimit(.minutes(10)))
struct ParentEndTests {
    @Test func tasksAreStoppedUnlessTheirParentWaitsForThem() async throws {
        let host = TaskHost()
        var options = TaskOptions.lenient
        options.onParentEnd = .wait
        let waited = try await host.spawn(Script(script: "sleep 0.2"), options: options)
        let stopped = try await host.spawn(Script(script: "sleep 1000"), options: .lenient)
        await host.end()
        #expect(await waited.exit == .code(0))
        #expect(await stopped.exit == .signal(Int(SIGTERM)))
        let error = await #expect(throws: CallError.self) { try await host.spawn(Script(script: "true")) }
        #expect(error?.code == .draining)
    }

    @Test func aTaskThatIsDetachedOutlivesItsParent() async throws {
        let file = TemporaryFile.path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let host = TaskHost()
        let script = "sleep 0.2; echo it went on > \(file)"
        let keeper = try await host.spawn(fixture: Keeper(scripts: [script], detaches: true))
        #expect(await eventually { host.tasks.count == 2 })
        _ = kill(try #require(keeper.processIdentifier), SIGKILL)
        _ = await keeper.exit
        #expect(await eventually { (try? String(contentsOfFile: file, encoding: .utf8)) == "it went on\n" })
        await host.end()
    }

    @Test func aSwiftTaskThatIsDetachedOutlivesItsParent() async throws {
        let file = TemporaryFile.path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let host = TaskHost()
        let keeper = try await host.spawn(fixture: Keeper(scripts: [], file: file, detaches: true))
        #expect(await eventually { host.tasks.filter { $0.state == .work }.count == 2 })
        _ = kill(try #require(keeper.processIdentifier), SIGKILL)
        _ = await keeper.exit
        #expect(await eventually { (try? String(contentsOfFile: file, encoding: .utf8)) == "it went on\n" })
        await host.end()
    }

    @Test func limitsAreEnforcedInTheChild() async throws {
        let host = TaskHost()
        let events = host.events
        async let all = events.reduce(into: [TaskEvent]()) { $0.append($1) }
        var options = TaskOptions.lenient
        options.limits = TaskLimits(openFiles: 77)
        let script = try await host.spawn(Script(script: "ulimit -n"), options: options)
        _ = await script.exit
        await host.end()
        #expect(await all.compactMap(\.text) == ["77"])
    }
}
