import PosternTestSupport
import Foundation

/// The Swift compiler, which type-checks programs against the modules of this build.
struct Compiler {
    /// An error or a warning of the compiler.
    struct Fault: Equatable {
        let line: Int
        let isError: Bool
        let text: String
    }

    private let settings: [String]

    init(_ settings: [String]) { self.settings = settings }

    /// Returns the errors and warnings of type-checking a program.
    func faults(in program: String) async throws -> [Fault] {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let files = URL(filePath: folder.path)
        let (source, output) = (files.appending(path: "Program.swift"), files.appending(path: "output"))
        try Data(program.utf8).write(to: source)
        try Data().write(to: output)
        try await check(source, writingTo: FileHandle(forWritingTo: output))
        return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").compactMap(Self.fault)
    }

    /// Runs the compiler and waits for its end, whatever its exit status.
    private func check(_ source: URL, writingTo output: FileHandle) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["swiftc", "-typecheck", "-diagnostic-style", "llvm", "-I", Self.modules] + settings + [source.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = output
        let (endings, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { signal.yield($0.terminationStatus) }
        try process.run()
        _ = await endings.first { _ in true }
    }

    /// The directory of the modules, beside the program that runs the tests.
    private static let modules: String = {
        let program = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
        return program.deletingLastPathComponent().appending(path: "Modules").path
    }()

    /// Parses `path:line:column: error: text`; an error outside of the program, such as a missing module, has line 0.
    private static func fault(_ line: Substring) -> Fault? {
        let parts = line.split(separator: ":", maxSplits: 4).map { $0.trimmingPrefix(" ") }
        guard parts.count == 5, parts[3] == "error" || parts[3] == "warning", let number = Int(parts[1]) else {
            return line.hasPrefix("<unknown>") || line.hasPrefix("error:")
                ? Fault(line: 0, isError: true, text: String(line)) : nil
        }
        return Fault(line: number, isError: parts[3] == "error", text: String(parts[4]))
    }
}
