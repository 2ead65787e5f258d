public import Postern

/// Something that happened to a task of the tree.
///
/// The events of one task are in order: it is created, changes its state, writes and reports, has a result or a failure
/// right before its final state, and its process exits.
public struct TaskEvent: Codable, Hashable, Sendable {
    /// What happened.
    public enum Kind: String, Codable, Hashable, Sendable {
        /// The task was spawned; `name` says which one it is.
        case created
        /// The task is in another state.
        case state
        /// The task has reported how far it is; `value` is what it reported.
        case progress
        /// The process has written a line; `stream` and `text` say where and what.
        case log
        /// The task has a result, which is `value`.
        case result
        /// The task has failed; `message` says why, naming each task that the failure came through.
        case failure
        /// The process has ended; `exit` says how.
        case exit
    }

    /// Where a line was written.
    public enum Stream: String, Codable, Hashable, Sendable {
        /// Standard output.
        case output = "stdout"
        /// Standard error.
        case error = "stderr"
    }

    /// The identifier of the task.
    public var id: String
    /// The identifier of the task that spawned it; `nil` for one that a program spawned outside of a task.
    public var parent: String?
    /// What happened.
    public var kind: Kind
    /// When it was noticed, in milliseconds since 1970.
    public var time: Int64
    /// The name of the task, when it was created.
    public var name: String?
    /// The number of its process, when it was created; `nil` where none could be started.
    ///
    /// It is the number that `/proc` of its parent has, also where the parent runs in a namespace of processes.
    package var process: Int32?
    /// The state that the task is in from now on.
    public var state: TaskState?
    /// The result, or what was reported.
    ///
    /// Numbers that are not finite are text here, and a value of more than 64 KiB is text that says how long it is.
    public var value: Value?
    /// The code of the error that the task failed with.
    package var code: Int?
    /// Why the task failed.
    public var message: String?
    /// Where the line was written.
    public var stream: Stream?
    /// The line, without its end.
    public var text: String?
    /// Whether the line, or the value, was longer than 64 KiB, and is not whole.
    package var isCut: Bool?
    /// How the process ended, as in `exit code 3`.
    public var exit: String?

    /// Notes what is shown of a value, and whether that is all of it.
    mutating func show(_ shown: (value: Value, isCut: Bool)) {
        value = shown.value
        // What another process has cut stays so.
        if shown.isCut { isCut = true }
    }

    /// Reads what another process reports.
    init(reading value: Value) throws(PayloadError) {
        self = try Payload(encoding: value, as: MessagePack.self).decode()
    }

    init(_ kind: Kind, of id: String, parent: String?) {
        self.kind = kind
        self.id = id
        self.parent = parent
        time = ThisProcess.millisecondsSince1970
    }

    /// Whether a slow reader may hold up the task with it; there are few of the others.
    var mayWait: Bool { kind == .log || kind == .progress }
}
