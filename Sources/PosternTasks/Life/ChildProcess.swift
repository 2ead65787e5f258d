import Subprocess
import SystemPackage

/// A child process that swift-subprocess starts, reads and waits for.
struct ChildProcess: Sendable {
    var arguments: [String]
    var environment: [String: String?]
    var workingDirectory: String?
    /// The standard input of the child; closed in this process once the child has been spawned.
    var input: FileDescriptor
    /// The standard output of the child, closed likewise; `nil` when standard output carries logs.
    var output: FileDescriptor?

    /// Runs the process to its end.
    ///
    /// - Parameters:
    ///   - onStart: Called once with the process identifier, which is also that of the process group, and with the
    ///     identifier to display.
    ///   - onLine: Called with each line of output. The next line is read when it returns, so a child that writes
    ///     faster than `onLine` runs blocks on a full pipe.
    /// - Returns: The termination status.
    /// - Throws: The error of swift-subprocess when the process cannot be started.
    func run(
        onStart: @Sendable (_ number: Int32, _ shown: Int32) -> Void,
        onLine: @escaping @Sendable (TaskEvent.Stream, LogLineSplitter.Line) async -> Void
    ) async throws -> TerminationStatus {
        let input = FileDescriptorInput.fileDescriptor(input, closeAfterSpawningProcess: true)
        if let output {
            let output = FileDescriptorOutput.fileDescriptor(output, closeAfterSpawningProcess: true)
            // Standard output is the channel here, so only standard error is read for logs.
            return try await Subprocess.run(configuration, input: input, output: output, error: .sequence) { child in
                let process = child.processIdentifier.value
                onStart(process, child.processIdentifier.shown)
                await ChildOutput.read(child.standardError, of: process) { await onLine(.error, $0) }
            }.terminationStatus
        }
        return try await Subprocess.run(configuration, input: input, output: .sequence, error: .sequence) { child in
            let process = child.processIdentifier.value
            onStart(process, child.processIdentifier.shown)
            // Both are read at the same time: a child that fills one pipe must not block before it writes to the other.
            async let output: Void = ChildOutput.read(child.standardOutput, of: process) { await onLine(.output, $0) }
            await ChildOutput.read(child.standardError, of: process) { await onLine(.error, $0) }
            await output
        }.terminationStatus
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        // The child leads a process group of its own, so that a signal to the group reaches its descendants too.
        options.processGroupID = 0
        let program = arguments.first ?? ""
        return Configuration(
            // As in a shell: a name without a slash is looked up in `PATH`.
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
    /// The identifier that `/proc` has for the process, which may be one of an outer PID namespace.
    fileprivate var shown: Int32 { ProcessStatus(ofDescriptor: processDescriptor)?.number ?? value }
}
