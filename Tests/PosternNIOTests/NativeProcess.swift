import Foundation

/// A program of this package that runs in a process of its own.
struct NativeProcess: Sendable {
    /// How it ended: its exit code, and everything that it printed.
    struct Ending: Sendable {
        let exitCode: Int32
        let output: Data
    }

    private let process = Process()
    private let output = Pipe()

    /// Describes a program that lies next to the test program.
    init(_ name: String, _ arguments: String...) {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.executableURL = tests.deletingLastPathComponent().appending(path: name)
        process.arguments = arguments
        process.standardOutput = output
    }

    /// Stops it where it is, without ending it, and waits until all of its threads stand still.
    func freeze() async -> Bool {
        guard process.suspend() else { return false }
        while !hasStopped, !Task.isCancelled { await Task.yield() }
        return hasStopped
    }

    /// Whether the state of each thread, which stands behind its name, is `T`.
    private var hasStopped: Bool {
        let tasks = "/proc/\(process.processIdentifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.allSatisfy { thread in
            let line = try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)
            return line?.contains(") T ") ?? true
        }
    }

    /// Lets it go on.
    func thaw() -> Bool { process.resume() }

    /// Kills it: it does nothing more, and says goodbye to nobody.
    func cutOff() { _ = kill(process.processIdentifier, SIGKILL) }

    /// Runs it to its end.
    ///
    /// It may print what fits a pipe. Cancelling the task ends it.
    func run() async throws -> Ending {
        let (endings, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { signal.yield($0.terminationStatus) }
        try process.run()
        let exitCode = await withTaskCancellationHandler {
            // Not a loop that cancellation leaves: the process is waited for in any case.
            await Task { await endings.first { _ in true } }.value
        } onCancel: {
            process.terminate()
        }
        let data = try output.fileHandleForReading.readToEnd()
        return Ending(exitCode: exitCode ?? -1, output: data ?? Data())
    }
}
