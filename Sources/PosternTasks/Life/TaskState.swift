/// Where a task is in its life; the words are those of Cowait.
public enum TaskState: String, Codable, Hashable, Sendable {
    /// The process has been started, and has yet to accept its inputs.
    case wait
    /// The task runs, and can be called.
    case work
    /// It has returned its result.
    case done
    /// It was stopped before it had a result.
    case stop
    /// It threw an error, or its process ended before it had a result.
    case fail

    /// Whether it never changes again.
    public var isFinal: Bool { self != .wait && self != .work }
}
