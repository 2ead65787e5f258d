import Glibc

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
