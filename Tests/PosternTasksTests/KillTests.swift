import PosternTestSupport
import FoundationEssentials
import Glibc
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Trees of tasks in which one process is killed: no process remains, and every caller receives the reason.
///
/// `POSTERN_SPAWNS` is the number of processes to be spawned, as `make test-tasks` sets it. Without it these tests do
/// not run, as so many processes delay tests that depend on time.
@Suite(.serialized, .timeLimit(.minutes(30)), .enabled(if: Spawns.wanted > 0))
struct KillTests {
    @Test func noProcessRemainsOfATreeInWhichOneIsKilled() async throws {
        try await killOneOfEach(
            FixtureTask(Branch(depth: 2, width: 2, stays: true)),
            size: 7,
            trees: Spawns.wanted * 9 / 70
        )
    }

    @Test func noProcessRemainsOfATreeOfPythonTasksInWhichOneIsKilled() async throws {
        // Each of these tasks has one child.
        try await killOneOfEach(PythonChild(depth: 2, stays: true), size: 3, trees: Spawns.wanted / 30)
    }

    @Test func noProcessRemainsOfProgramsWhoseParentIsKilled() async throws {
        let scripts = [
            "trap '' TERM; (setsid sleep 1000 &) ; sleep 1000",
            "sleep 1000",
            "(trap '' TERM HUP; sleep 1000 & sleep 1000) & exec 0<&- 1>&- 2>&-; sleep 1000",
        ]
        var times = EndTimes()
        for _ in 0..<Spawns.wanted / 100 {
            let host = TaskHost()
            let marker = "\(UInt64.random(in: .min ... .max))"
            var options = TaskOptions.lenient
            options.environment[MarkedProcesses.variable] = .some(marker)
            let keeper = try await host.spawn(fixture: Keeper(scripts: scripts), options)
            // The four processes that the scripts start, besides the keeper and the shells.
            try #require(
                await eventually { MarkedProcesses(marker).filter { $0.command.hasPrefix("sleep ") }.count >= 4 }
            )
            _ = kill(try #require(keeper.processIdentifier), SIGKILL)
            let killed = ContinuousClock.now
            #expect(await eventually { MarkedProcesses(marker).isEmpty }, "\(MarkedProcesses(marker))")
            times.note(ContinuousClock.now - killed)
            _ = await keeper.exit
            await host.end()
        }
        #expect(times.areShort, "\(times)")
        #expect(OwnProcess.zombies == [])
    }

    @Test func programsThatCannotBeStartedLeakNoDescriptor() async throws {
        let host = TaskHost()
        for program in ["/nothing/here", "/dev/null", "no-such-program-at-all"] {
            await #expect(throws: CallError.self) { try await host.spawn(Program(path: program)).result }
        }
        let before = OwnProcess.descriptors
        for _ in 0..<20 {
            for program in ["/nothing/here", "/dev/null", "no-such-program-at-all"] {
                await #expect(throws: CallError.self) { try await host.spawn(Program(path: program)).result }
            }
        }
        await host.end()
        #expect(await eventually { OwnProcess.descriptors <= before }, "\(before) and \(OwnProcess.descriptors)")
    }

    @Test func aProgramWithoutAHandlerEndsAtOnceWhenItIsStopped() async throws {
        let host = TaskHost()
        var options = TaskOptions.lenient
        options.stopGrace = .seconds(3_600)
        let script = try await host.spawn(Script(script: "sleep 1000"), options: options)
        await script.stop()
        #expect(await script.exit == .signal(Int(SIGTERM)))
        await host.end()
    }

    /// Spawns trees one after another, kills one process of each, and checks that no process remains.
    private func killOneOfEach<Definition: TaskDefinition>(
        _ task: Definition,
        size: Int,
        trees: Int
    ) async throws {
        var before = 0
        var times = EndTimes()
        for tree in 0..<trees {
            // The descriptors of event loops and of the monitor of processes are opened by the first trees and kept.
            if tree == min(2, trees - 1) { before = OwnProcess.descriptors }
            let host = TaskHost()
            let marker = "\(UInt64.random(in: .min ... .max))"
            var options = TaskOptions.lenient
            options.environment["POSTERN_TASK"] = .some(Definition.taskName)
            options.environment[MarkedProcesses.variable] = .some(marker)
            let root = try await host.spawn(task, options: options)
            try #require(await eventually { host.tasks.filter { $0.state == .work }.count == size })
            async let pending = error { () throws(CallError) in try await root.call("wait", 60_000) }
            let victim = try #require(host.tasks.randomElement())
            _ = kill(try #require(victim.process), SIGKILL)
            let killed = ContinuousClock.now
            _ = await root.exit
            #expect(await eventually { MarkedProcesses(marker).isEmpty }, "tree \(tree): \(MarkedProcesses(marker))")
            times.note(ContinuousClock.now - killed)
            await check(host, victim, root.id, await pending)
            await host.end()
        }
        #expect(times.areShort, "\(times)")
        #expect(await eventually { OwnProcess.descriptors <= before }, "\(before) and \(OwnProcess.descriptors)")
        #expect(OwnProcess.zombies == [])
    }

    /// Checks that all tasks have ended, and that the events and errors contain the signal.
    private func check(_ host: TaskHost, _ victim: TaskSummary, _ root: String, _ pending: CallError?) async {
        let tasks = host.tasks
        let living = tasks.filter { !$0.state.isFinal }
        #expect(living.isEmpty)
        let message = tasks.first { $0.id == victim.id }?.message ?? ""
        #expect(message.contains("signal 9"), "\(victim.id): \(message)")
        #expect(tasks.first { $0.id == root }?.exit != nil)
        let reason = pending?.message ?? ""
        #expect(victim.id != root || reason.contains("signal 9"), "\(reason)")
        #expect(pending?.code == .unavailable || pending?.code == .cancelled, "\(reason)")
    }

    private func error(_ body: @Sendable () async throws(CallError) -> Void) async -> CallError? {
        do throws(CallError) { try await body() } catch { return error }
        return nil
    }
}

/// The total number of processes to be spawned.
private enum Spawns {
    static let wanted = ProcessInfo.processInfo.environment["POSTERN_SPAWNS"].flatMap { Int($0) } ?? 0
}

private struct Program: TaskDefinition {
    typealias Output = NoResult

    var path: String
    var command: TaskCommand { .program(path) }
}

/// The times in which the processes of each tree have ended.
private struct EndTimes {
    private var times: [Duration] = []

    mutating func note(_ time: Duration) { times.append(time) }

    /// Whether four of five are below a second; on a busy machine the others may be longer.
    var areShort: Bool { times.count { $0 < .seconds(1) } >= times.count * 4 / 5 }
}
