/// How a child process ended.
public enum TaskExit: Hashable, Sendable {
    /// It exited with this code.
    case code(Int)
    /// This signal ended it.
    case signal(Int)
    /// The system killed it because memory was used up: all of it, or that of the control group.
    case outOfMemory
    /// It used up the processor time that it was allowed.
    case processorTime(limit: Duration)
}

extension TaskExit: CustomStringConvertible {
    /// The reason in words, such as `exit code 3` or `signal 9 (SIGKILL)`.
    public var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let number): SignalName.of(number).map { "signal \(number) (\($0))" } ?? "signal \(number)"
        case .outOfMemory: "out of memory"
        case .processorTime(let limit): "its processor time ran out (limit \(Self.text(of: limit)))"
        }
    }

    private static func text(of limit: Duration) -> String {
        let seconds = limit / .seconds(1)
        return seconds == seconds.rounded() ? "\(limit.components.seconds) s" : "\(seconds) s"
    }
}
