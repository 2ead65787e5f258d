import Postern

/// The life of one task as its parent knows it: what has happened so far decides what counts from now on.
struct TaskLife {
    /// How a task ended.
    enum End: Sendable {
        case result(Payload)
        case stopped
        case failure(CallError)

        var state: TaskState {
            switch self {
            case .result: .done
            case .stopped: .stop
            case .failure: .fail
            }
        }
    }

    private(set) var state = TaskState.wait
    private(set) var isStopRequested = false

    /// Notes that the child has accepted its inputs; false when the task has ended before.
    mutating func start() -> Bool {
        guard state == .wait else { return false }
        state = .work
        return true
    }

    /// Notes that the task is to stop; false when it has ended, or was asked before.
    mutating func requestStop() -> Bool {
        guard !state.isFinal, !isStopRequested else { return false }
        isStopRequested = true
        return true
    }

    /// Notes the end, of which only the first one counts.
    ///
    /// A failure after the task was asked to stop is the stop.
    mutating func end(_ end: End) -> End? {
        guard !state.isFinal else { return nil }
        var end = end
        if isStopRequested, case .failure = end { end = .stopped }
        state = end.state
        return end
    }
}

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
