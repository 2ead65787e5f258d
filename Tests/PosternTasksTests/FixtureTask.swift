import Postern
import PosternTasks
import SystemPackage
@testable import task_program

/// A task that is implemented in the fixture program, which the program of the tests spawns.
struct FixtureTask<Inner: ChildTask>: TaskDefinition {
    typealias Output = Inner.Output

    static var taskName: String { Inner.taskName }

    var inner: Inner
    var command: TaskCommand { .program(Programs.path(of: "task-program")) }

    init(_ inner: Inner) { self.inner = inner }

    func encode(to encoder: any Encoder) throws { try inner.encode(to: encoder) }
}

extension TaskHost {
    /// Spawns a task of the fixture program.
    func spawn<Inner: ChildTask>(
        fixture task: Inner,
        _ options: TaskOptions = .lenient
    ) async throws(CallError) -> TaskProcess<FixtureTask<Inner>> {
        var options = options
        options.environment["POSTERN_TASK"] = .some(Inner.taskName)
        return try await spawn(FixtureTask(task), options: options)
    }
}

extension TaskOptions {
    /// Timeouts that do not expire on a busy machine.
    static var lenient: TaskOptions {
        var options = TaskOptions()
        (options.startTimeout, options.stopGrace, options.killGrace) = (.seconds(100), .seconds(100), .seconds(100))
        return options
    }
}

/// The programs of this package, which are in the directory of the tests.
enum Programs {
    static func path(of name: String) -> String {
        let tests = FilePath(CommandLine.arguments[0])
        return tests.removingLastComponent().appending(name).string
    }
}

/// Waits until a condition is true, and returns whether it became true within a minute.
func eventually(_ condition: () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while await !condition() {
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return true
}
