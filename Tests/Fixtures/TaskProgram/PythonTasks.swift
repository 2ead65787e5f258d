import Postern
import PosternTasks

/// A task of the Python program beside this file.
struct PythonChild: TaskDefinition {
    typealias Output = Int

    /// How many levels are below.
    var depth = 0
    var fails = false
    var stays = false
    var flag = false
    /// The program of the task at the bottom, and its name; this one for none.
    var leaf: [String] = []
    /// Whether a task goes on when the one below it has ended.
    var lingers = false

    var command: TaskCommand {
        .program(".venv/bin/python", ["Tests/Fixtures/TaskProgram/child.py"])
    }
}

/// A task of `failing.py`.
struct FailingPython: TaskDefinition {
    typealias Output = Int

    /// What happens: `closed` standard error, or an `unusual` or `nameless` error.
    var how: String

    var command: TaskCommand {
        .program(".venv/bin/python", ["Tests/Fixtures/TaskProgram/failing.py"])
    }
}

/// Spawns tasks in Python, as deep as it is asked.
struct PythonKeeper: ChildTask {
    /// How many levels are below.
    var depth: Int
    /// The program of the task at the bottom, and its name; that in Python for none.
    var leaf: [String] = []

    func run(in task: TaskContext) async throws -> Int {
        try await task.spawn(PythonChild(depth: depth - 1, stays: true, leaf: leaf)).result
    }
}
