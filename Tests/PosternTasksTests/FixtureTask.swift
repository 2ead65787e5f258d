import PosternTestSupport
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
