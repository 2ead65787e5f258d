import Foundation

/// A program of this package in a process of its own, whose output is kept in a file.
final class ServerProcess: Sendable {
    private static let startTime = Duration.seconds(30)

    private let process: Process
    private let log: URL
    /// Whether its standard error is a pipe that is not read.
    let blocksLog: Bool

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: The name of a program in the folder of this one.
    ///   - arguments: Its arguments.
    ///   - folder: The folder for its output.
    ///   - blocksLog: Whether its standard error is a pipe that is not read.
    ///   - descriptorLimit: The number of descriptors that it may open; `nil` for that of this process.
    /// - Throws: The error of a program that cannot be started.
    init(_ program: String, _ arguments: [String], in folder: URL, blocksLog: Bool, descriptorLimit: Int?) throws {
        self.blocksLog = blocksLog
        log = folder.appending(path: "\(program).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        let path = Self.path(of: program)
        process = Process()
        // The shell replaces itself, so that the process is that of the program.
        process.executableURL = URL(filePath: "/bin/sh")
        let limit = descriptorLimit.map { "ulimit -n \($0); " } ?? ""
        process.arguments = ["-c", "\(limit)exec \"$@\"", "sh", path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        process.standardOutput = output
        process.standardError = blocksLog ? Pipe() : output
        try process.run()
    }

    /// Returns the path of a program in the folder of this one.
    static func path(of program: String) -> String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: program)
            .path
    }

    var identifier: Int32 { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    /// The output so far.
    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Waits until the program has printed a line that begins with a text, and returns the rest of the line.
    func line(after text: String) async throws -> String {
        let end = ContinuousClock.now + Self.startTime
        while .now < end, isRunning {
            let line = output.split(separator: "\n").first { $0.hasPrefix(text) }
            if let line { return String(line.dropFirst(text.count)) }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TortureFailure("\(log.lastPathComponent): no line \"\(text)\": \(output.suffix(500))")
    }

    /// Asks the program to stop; kills it after ten seconds.
    ///
    /// - Returns: Its exit code, or `nil` when it was killed or has crashed.
    @discardableResult
    func stop() async -> Int32? {
        if isRunning { process.terminate() }
        let end = ContinuousClock.now + .seconds(12)
        while isRunning, .now < end { try? await Task.sleep(for: .milliseconds(10)) }
        guard !isRunning else {
            kill()
            return nil
        }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// Ends the program at once.
    func kill() {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGKILL)
        process.waitUntilExit()
    }
}
