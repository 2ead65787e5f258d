import Postern

/// The limits on the resources of a child process.
///
/// A limit of `nil` is inherited from the parent.
public struct TaskLimits: Hashable, Sendable {
    /// The maximum size of the data of the process, in bytes.
    package var memoryBytes: Int?
    /// The processor time that the process may use, rounded up to seconds.
    package var processorTime: Duration?
    /// The minimum of ``openFiles``: with less, a program cannot load its libraries and open its channel.
    private static let fewestFiles = 16

    /// The maximum number of open files and sockets of the process, at least 16.
    ///
    /// A task in Swift needs additional files for each processor.
    package var openFiles: Int?

    /// Creates limits.
    ///
    /// - Parameters:
    ///   - memoryBytes: The maximum size of the data of the process, in bytes.
    ///   - processorTime: The processor time that the process may use, rounded up to seconds. A process that exceeds it
    ///     is sent SIGXCPU, and SIGKILL one second later.
    ///   - openFiles: The maximum number of open files and sockets, at least 16. A task in Swift needs additional ones
    ///     for each processor.
    public init(memoryBytes: Int? = nil, processorTime: Duration? = nil, openFiles: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.processorTime = processorTime
        self.openFiles = openFiles
    }

    /// Throws `.invalidParameters` for limits with which no program can start.
    func check() throws(CallError) {
        guard let openFiles, openFiles < Self.fewestFiles else { return }
        let message = "limits.openFiles is \(openFiles), and no program starts with less than \(Self.fewestFiles)"
        throw CallError(.invalidParameters, message, executed: .no)
    }
}

extension TaskLimits {
    /// The options of `prlimit` that set these limits; empty when there are none.
    var options: [String] {
        var options: [String] = []
        if let memoryBytes { options.append("--data=\(max(0, memoryBytes))") }
        // The kernel sends SIGXCPU at the soft limit, and SIGKILL at the hard limit to a program that ignores it.
        if let seconds = processorSeconds { options.append("--cpu=\(seconds):\(seconds + 1)") }
        // `prlimit` fails when it is to raise a hard limit above that of this process.
        if let openFiles { options.append("--nofile=\(min(max(0, openFiles), SystemCalls.maximumOpenFiles))") }
        return options
    }

    /// The processor time in whole seconds, rounded up, as the system has no finer limit.
    var processorSeconds: Int? {
        guard let processorTime else { return nil }
        let (seconds, attoseconds) = processorTime.components
        let whole = attoseconds > 0 ? seconds.addingReportingOverflow(1) : (seconds, false)
        // One less than the maximum, as the hard limit is one second more.
        return Int(max(1, whole.1 ? .max - 1 : min(whole.0, .max - 1)))
    }
}
