public import Postern

/// The state of a task of the tree, as its events describe it.
public struct TaskSummary: Codable, Hashable, Sendable {
    /// The identifier, which is unique within the tree.
    public var id: String
    /// The identifier of the task that spawned it; `nil` for a task that was spawned outside of any task.
    public var parent: String?
    /// The name of its definition.
    public var name: String
    /// The current state.
    public var state: TaskState
    /// The time at which it was spawned, in milliseconds since 1970.
    package var created: Int64
    /// The identifier of its process; `nil` when none could be started.
    package var process: Int32?
    /// The latest progress that it reported.
    public var progress: Value?
    /// The result; `nil` until the state is ``TaskState/done``.
    public var result: Value?
    /// Whether the result was too large to be kept; `result` is a text that states its size then.
    package var isResultCut: Bool?
    /// The code of the error with which it failed.
    package var code: Int?
    /// The reason why it failed.
    public var message: String?
    /// The exit of its process in words, such as `exit code 3`; `nil` until the process has ended.
    public var exit: String?
}
