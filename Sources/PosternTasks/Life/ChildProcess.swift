import Subprocess
import SystemPackage

/// One process that swift-subprocess starts, reads and waits for.
struct ChildProcess: Sendable {
    var arguments: [String]
    var environment: [String: String?]
    var workingDirectory: String?
    /// Closed in this process once the child has it.
    var input: FileDescriptor
    /// The same; `nil` where standard output is for logs.
    var output: FileDescriptor?

    /// Starts the process, and waits until it has ended.
    ///
    /// - Parameters:
    ///   - onStart: Given the number of the process, which is that of its group, and the one to show.
    ///   - onLine: Given each line of output; the child waits meanwhile.
    /// - Returns: How it ended.
    /// - Throws: What swift-subprocess says of a process that cannot be started.
    func run(
        onStart: @Sendable (_ number: Int32, _ shown: Int32) -> Void,
        onLine: @escaping @Sendable (TaskEvent.Stream, LogLineSplitter.Line) async -> Void
    ) async throws -> TerminationStatus {
        let input = FileDescriptorInput.fileDescriptor(input, closeAfterSpawningProcess: true)
        if let output {
            let output = FileDescriptorOutput.fileDescriptor(output, closeAfterSpawningProcess: true)
            return try await Subprocess.run(configuration, input: input, output: output, error: .sequence) { child in
                let process = child.processIdentifier.value
                onStart(process, child.processIdentifier.shown)
                await ChildOutput.read(child.standardError, of: process) { await onLine(.error, $0) }
            }.terminationStatus
        }
        return try await Subprocess.run(configuration, input: input, output: .sequence, error: .sequence) { child in
            let process = child.processIdentifier.value
            onStart(process, child.processIdentifier.shown)
            async let output: Void = ChildOutput.read(child.standardOutput, of: process) { await onLine(.output, $0) }
            await ChildOutput.read(child.standardError, of: process) { await onLine(.error, $0) }
            await output
        }.terminationStatus
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        // A group of its own, so that signals reach all that it starts.
        options.processGroupID = 0
        let program = arguments.first ?? ""
        return Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(arguments.dropFirst())),
            environment: .inherit.updating(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: workingDirectory.map { FilePath($0) },
            platformOptions: options
        )
    }
}

extension ProcessIdentifier {
    /// The number that the root of the tree knows the process by, which may be above the namespace of this one.
    fileprivate var shown: Int32 { ProcessStatus(ofDescriptor: processDescriptor)?.number ?? value }
}
