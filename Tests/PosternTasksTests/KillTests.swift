import FoundationEssentials
import Glibc
import Postern
import PosternTasks
import Testing
@testable import task_program

/// Trees of tasks in which one process is killed: nothing is left of them, and everyone learns the reason.
///
/// `POSTERN_SPAWNS` says how many processes are spawned, as `make test-tasks` does; without it they do not run, as that
/// many processes make other tests with a clock late.
@Suite(.serialized, .timeLimit(.minutes(30)), .enabled(if: Spawns.wanted > 0))
struct KillTests {
    @Test func nothingIsLeftOfATreeInWhichOneIsKilled() async throws {
        try await killOneOfEach(
            Elsewhere(Branch(depth: 2, width: 2, stays: true)),
            size: 7,
            trees: Spawns.wanted * 9 / 70
        )
    }

    @Test func nothingIsLeftOfATreeOfPythonTasksInWhichOneIsKilled() async throws {
        // Each has one child.
        try await killOneOfEach(PythonChild(depth: 2, stays: true), size: 3, trees: Spawns.wanted / 30)
    }

    @Test func nothingIsLeftOfProgramsWhoseParentIsKilled() async throws {
        let scripts = [
            "trap '' TERM; (setsid sleep 1000 &) ; sleep 1000",
            "sleep 1000",
            "(trap '' TERM HUP; sleep 1000 & sleep 1000) & exec 0<&- 1>&- 2>&-; sleep 1000",
        ]
        var pace = Pace()
        for _ in 0..<Spawns.wanted / 100 {
            let host = TaskHost()
            let marker = "\(UInt64.random(in: .min ... .max))"
            var options = TaskOptions.patient
            options.environment[MarkedProcesses.variable] = .some(marker)
            let keeper = try await host.spawn(elsewhere: Keeper(scripts: scripts), options)
            // The keeper, and what the scripts start: their shells are there as well.
            try #require(
                await eventually { MarkedProcesses(marker).filter { $0.command.hasPrefix("sleep ") }.count >= 4 }
            )
            _ = kill(try #require(keeper.processIdentifier), SIGKILL)
            let killed = ContinuousClock.now
            #expect(await eventually { MarkedProcesses(marker).isEmpty }, "\(MarkedProcesses(marker))")
            pace.note(ContinuousClock.now - killed)
            _ = await keeper.exit
            await host.end()
        }
        #expect(pace.isKept, "\(pace)")
        #expect(OwnProcess.zombies == [])
    }

    @Test func programsThatCannotBeStartedLeaveNoDescriptor() async throws {
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
        var options = TaskOptions.patient
        options.stopGrace = .seconds(3_600)
        let script = try await host.spawn(Script(script: "sleep 1000"), options: options)
        await script.stop()
        #expect(await script.exit == .signal(Int(SIGTERM)))
        await host.end()
    }

    /// Spawns trees one after another, kills one process of each, and looks for what is left.
    private func killOneOfEach<Definition: TaskDefinition>(
        _ task: Definition,
        size: Int,
        trees: Int
    ) async throws {
        var before = 0
        var pace = Pace()
        for tree in 0..<trees {
            // What the first trees need stays: event loops, and the monitor of processes.
            if tree == min(2, trees - 1) { before = OwnProcess.descriptors }
            let host = TaskHost()
            let marker = "\(UInt64.random(in: .min ... .max))"
            var options = TaskOptions.patient
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
            pace.note(ContinuousClock.now - killed)
            await check(host, victim, root.id, await pending)
            await host.end()
        }
        #expect(pace.isKept, "\(pace)")
        #expect(await eventually { OwnProcess.descriptors <= before }, "\(before) and \(OwnProcess.descriptors)")
        #expect(OwnProcess.zombies == [])
    }

    /// Everyone has learnt what became of the victim.
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

/// How many processes are spawned in all.
private enum Spawns {
    static let wanted = ProcessInfo.processInfo.environment["POSTERN_SPAWNS"].flatMap { Int($0) } ?? 0
}

private struct Program: TaskDefinition {
    typealias Output = NoResult

    var path: String
    var command: TaskCommand { .program(path) }
}

/// How soon the processes of each tree had ended.
private struct Pace {
    private var times: [Duration] = []

    mutating func note(_ time: Duration) { times.append(time) }

    /// Whether four of five took less than a second: a busy machine may hold up others for longer.
    var isKept: Bool { times.count { $0 < .seconds(1) } >= times.count * 4 / 5 }
}
