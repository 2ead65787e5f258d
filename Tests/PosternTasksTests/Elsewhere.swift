import Postern
import PosternTasks
import SystemPackage
@testable import task_program

/// A task of the fixture program, spawned in that program and not in the one that runs the tests.
struct Elsewhere<Inner: ChildTask>: TaskDefinition {
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
        elsewhere task: Inner,
        _ options: TaskOptions = .patient
    ) async throws(CallError) -> TaskProcess<Elsewhere<Inner>> {
        var options = options
        options.environment["POSTERN_TASK"] = .some(Inner.taskName)
        return try await spawn(Elsewhere(task), options: options)
    }
}

extension TaskOptions {
    /// For what the clock is not to decide, however busy the machine is.
    static var patient: TaskOptions {
        var options = TaskOptions()
        (options.startTimeout, options.stopGrace, options.killGrace) = (.seconds(100), .seconds(100), .seconds(100))
        return options
    }
}

/// The programs of this package, which stand beside the tests.
enum Programs {
    static func path(of name: String) -> String {
        let tests = FilePath(CommandLine.arguments[0])
        return tests.removingLastComponent().appending(name).string
    }
}

/// Waits until something is so, at most a minute.
func eventually(_ condition: () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(60)
    while await !condition() {
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return true
}
