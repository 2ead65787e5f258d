import Postern

/// What a child process may use of the system; `nil` leaves a resource as the parent has it.
public struct TaskLimits: Hashable, Sendable {
    /// The bytes of memory that the process may have for its data.
    package var memoryBytes: Int?
    /// The processor time that the process may use.
    package var processorTime: Duration?
    /// With fewer files no program finds its libraries and its channel.
    private static let fewestFiles = 16

    /// The files and sockets that the process may have open at once, 16 at least; a task in Swift needs some more for each
    /// processor.
    package var openFiles: Int?

    /// Makes limits.
    public init(memoryBytes: Int? = nil, processorTime: Duration? = nil, openFiles: Int? = nil) {
        self.memoryBytes = memoryBytes
        self.processorTime = processorTime
        self.openFiles = openFiles
    }

    /// Refuses limits with which no program can be started.
    func check() throws(CallError) {
        guard let openFiles, openFiles < Self.fewestFiles else { return }
        let message = "limits.openFiles is \(openFiles), and no program starts with less than \(Self.fewestFiles)"
        throw CallError(.invalidParameters, message, executed: .no)
    }
}

extension TaskLimits {
    /// The options of `prlimit` that set these limits; none when nothing is limited.
    var options: [String] {
        var options: [String] = []
        if let memoryBytes { options.append("--data=\(max(0, memoryBytes))") }
        // SIGXCPU at the first limit; SIGKILL at the second one, for a program that ignores it.
        if let seconds = processorSeconds { options.append("--cpu=\(seconds):\(seconds + 1)") }
        // More than this process may have cannot be passed on.
        if let openFiles { options.append("--nofile=\(min(max(0, openFiles), SystemCalls.maximumOpenFiles))") }
        return options
    }

    /// The processor time in whole seconds, which is what the system can limit, rounded up.
    var processorSeconds: Int? {
        guard let processorTime else { return nil }
        let (seconds, attoseconds) = processorTime.components
        let whole = attoseconds > 0 ? seconds.addingReportingOverflow(1) : (seconds, false)
        return Int(max(1, whole.1 ? .max - 1 : min(whole.0, .max - 1)))
    }
}
