/// How the process of a task ended.
public enum TaskExit: Hashable, Sendable {
    /// It ended by itself, with an exit code.
    case code(Int)
    /// A signal ended it.
    case signal(Int)

    /// Whether it ended by itself, with the code for success.
    public var isSuccess: Bool { self == .code(0) }
}

extension TaskExit: CustomStringConvertible {
    /// As in `exit code 3`, or `signal 9`.
    public var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}
