public import Postern

/// What is known of one task of the tree.
public struct TaskSummary: Codable, Hashable, Sendable {
    /// The identifier, unlike all others of the tree.
    public var id: String
    /// The identifier of the task that spawned it; `nil` for one that a program spawned outside of a task.
    public var parent: String?
    /// The name of its definition.
    public var name: String
    /// Where it is in its life.
    public var state: TaskState
    /// When it was spawned, in milliseconds since 1970.
    package var created: Int64
    /// The number of its process; `nil` where none could be started.
    package var process: Int32?
    /// What it reported last.
    public var progress: Value?
    /// Its result.
    public var result: Value?
    /// Whether the result is too large to be kept here, which then is a text that says so.
    package var isResultCut: Bool?
    /// The code of the error that it failed with.
    package var code: Int?
    /// Why it failed.
    public var message: String?
    /// How its process ended.
    public var exit: String?
}
