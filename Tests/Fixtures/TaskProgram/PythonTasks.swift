import Postern
import PosternTasks

/// A task of the Python program `child.py`.
struct PythonChild: TaskDefinition {
    typealias Output = Int

    /// The number of levels below this task.
    var depth = 0
    var fails = false
    var stays = false
    var flag = false
    /// The program of the tasks without children, and its name; when empty, this program.
    var leaf: [String] = []
    /// Whether a task continues when the one below it has ended.
    var lingers = false

    var command: TaskCommand {
        .program(".venv/bin/python", ["Tests/Fixtures/TaskProgram/child.py"])
    }
}

/// A task of `failing.py`, which fails.
struct FailingPython: TaskDefinition {
    typealias Output = Int

    /// The kind of failure: `closed` standard error, or an `unusual` or `nameless` error.
    var how: String

    var command: TaskCommand {
        .program(".venv/bin/python", ["Tests/Fixtures/TaskProgram/failing.py"])
    }
}

/// A task that spawns tasks in Python down to a depth.
struct PythonKeeper: ChildTask {
    /// The number of levels below this task.
    var depth: Int
    /// The program of the tasks without children, and its name; when empty, that in Python.
    var leaf: [String] = []

    func run(in task: TaskContext) async throws -> Int {
        try await task.spawn(PythonChild(depth: depth - 1, stays: true, leaf: leaf)).result
    }
}
