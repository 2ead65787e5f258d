import Glibc
import Postern
import PosternTasks
import SystemPackage

/// A task that spawns other programs, and runs until it is stopped.
struct Keeper: ChildTask {
    /// The shell scripts that are spawned as tasks.
    var scripts: [String]
    /// The text that a spawned Swift task writes after its parent has ended; `nil` for no such task.
    var file: String?
    /// Whether the spawned tasks outlive this task.
    var detaches = false

    func run(in task: TaskContext) async throws -> NoResult {
        var options = TaskOptions()
        if detaches { options.onParentEnd = .detach }
        for script in scripts { _ = try await task.spawn(Script(script: script), options: options) }
        if let file { _ = try await task.spawn(Heir(file: file), options: options) }
        while true { try await Task.sleep(for: .seconds(60)) }
    }
}

/// A shell script without a connection to its parent.
struct Script: TaskDefinition {
    typealias Output = NoResult

    var script: String
    var command: TaskCommand { .program("sh", ["-c", script]) }
}

/// A task that writes a file after its parent has ended.
struct Heir: ChildTask {
    var file: String

    func run(in task: TaskContext) async throws -> NoResult {
        _ = await (try task.parent).disconnected
        let file = try FileDescriptor.open(FilePath(file), .writeOnly, options: .create, permissions: .ownerReadWrite)
        _ = try file.writeAll("it went on\n".utf8)
        try file.close()
        return NoResult()
    }
}
