public import Postern

/// An event of a task of the tree.
///
/// The events of one task are in order: the creation, state changes, output and progress, the result or the failure
/// right before the final state, and the exit of the process.
public struct TaskEvent: Codable, Hashable, Sendable {
    /// The kind of an event, which determines the members that are set.
    public enum Kind: String, Codable, Hashable, Sendable {
        /// The task was spawned; `name` is the name of its definition.
        case created
        /// The state of the task has changed to `state`.
        case state
        /// The task has reported progress, which is `value`.
        case progress
        /// The process has written the line `text` to `stream`.
        case log
        /// The task has returned a result, which is `value`.
        case result
        /// The task has failed; `message` is the reason, which names each task that the failure has passed through.
        case failure
        /// The process has ended; `exit` is the reason.
        case exit
    }

    /// An output of a process.
    public enum Stream: String, Codable, Hashable, Sendable {
        /// Standard output.
        case output = "stdout"
        /// Standard error.
        case error = "stderr"
    }

    /// The identifier of the task.
    public var id: String
    /// The identifier of the task that spawned it; `nil` for a task that was spawned outside of any task.
    public var parent: String?
    /// The kind of the event.
    public var kind: Kind
    /// The time at which the event was recorded, in milliseconds since 1970.
    public var time: Int64
    /// The name of the definition of the task, in an event of kind ``Kind/created``.
    public var name: String?
    /// The identifier of the process, in an event of kind ``Kind/created``; `nil` when none could be started.
    ///
    /// It is the one that `/proc` shows, also when the parent runs in a PID namespace of its own.
    package var process: Int32?
    /// The new state, in an event of kind ``Kind/state``.
    public var state: TaskState?
    /// The result or the reported progress.
    ///
    /// Numbers that are not finite are replaced by text, and a value of more than 64 KiB by a text that states its
    /// size.
    public var value: Value?
    /// The code of the error with which the task failed.
    package var code: Int?
    /// The reason why the task failed.
    public var message: String?
    /// The output to which the line was written.
    public var stream: Stream?
    /// The line, without its line feed.
    public var text: String?
    /// Whether the line or the value was longer than 64 KiB and is not complete.
    package var isCut: Bool?
    /// The exit of the process in words, such as `exit code 3`.
    public var exit: String?

    /// Sets the value, and marks the event when the value is not complete.
    mutating func show(_ shown: (value: Value, isCut: Bool)) {
        value = shown.value
        // Never reset: the value may already have been cut by the process that sent the event.
        if shown.isCut { isCut = true }
    }

    /// Creates an event from a value that another process has sent.
    init(reading value: Value) throws(PayloadError) {
        self = try Payload(encoding: value, as: MessagePack.self).decode()
    }

    init(_ kind: Kind, of id: String, parent: String?) {
        self.kind = kind
        self.id = id
        self.parent = parent
        time = ThisProcess.millisecondsSince1970
    }

    /// Whether the task is suspended while readers are slow.
    ///
    /// Output and progress are unbounded; each task has a handful of other events.
    var mayWait: Bool { kind == .log || kind == .progress }
}
