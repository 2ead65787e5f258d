import Postern
import PosternTasks

/// Spawns other programs, and runs until it is stopped.
struct Keeper: ChildTask {
    /// Shell scripts that are spawned as tasks.
    var scripts: [String]

    func run(in task: TaskContext) async throws -> NoResult {
        for script in scripts { _ = try await task.spawn(Script(script: script)) }
        while true { try await Task.sleep(for: .seconds(60)) }
    }
}

/// A shell script that knows nothing of tasks.
struct Script: TaskDefinition {
    typealias Output = NoResult

    var script: String
    var command: TaskCommand { .program("sh", ["-c", script]) }
}
