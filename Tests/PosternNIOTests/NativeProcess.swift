import PosternTestSupport
import Foundation

/// A program of this package that runs in a separate process.
struct NativeProcess: Sendable {
    /// The exit code of the process, and its output.
    struct Ending: Sendable {
        let exitCode: Int32
        let output: Data
    }

    private let process = Process()
    private let output = Pipe()

    /// Creates the process of a program in the folder of the test program, without starting it.
    init(_ name: String, _ arguments: String...) {
        process.executableURL = URL(filePath: Programs.path(of: name))
        process.arguments = arguments
        process.standardOutput = output
    }

    /// Stops the process by SIGSTOP, and waits until all its threads have stopped.
    func freeze() async -> Bool {
        guard process.suspend() else { return false }
        while !hasStopped, !Task.isCancelled { await Task.yield() }
        return hasStopped
    }

    /// Whether the state of each thread, which follows its name in `stat`, is `T`.
    private var hasStopped: Bool {
        let tasks = "/proc/\(process.processIdentifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.allSatisfy { thread in
            let line = try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)
            return line?.contains(") T ") ?? true
        }
    }

    /// Continues the process.
    func thaw() -> Bool { process.resume() }

    /// Kills the process, which sends no goodbye.
    func cutOff() { _ = kill(process.processIdentifier, SIGKILL) }

    /// Runs the process until it exits.
    ///
    /// Its output must fit into the buffer of a pipe. Cancelling the task terminates the process.
    func run() async throws -> Ending {
        let (endings, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { signal.yield($0.terminationStatus) }
        try process.run()
        let exitCode = await withTaskCancellationHandler {
            // In an unstructured task, which is not cancelled: waits for the exit in any case.
            await Task { await endings.first { _ in true } }.value
        } onCancel: {
            process.terminate()
        }
        let data = try output.fileHandleForReading.readToEnd()
        return Ending(exitCode: exitCode ?? -1, output: data ?? Data())
    }
}
