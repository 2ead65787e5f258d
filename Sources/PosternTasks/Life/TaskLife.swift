import Postern

/// The state machine of one task, as its parent keeps it.
///
/// The first end is final, and a failure after a request to stop counts as the stop.
struct TaskLife {
    /// The way in which a task ended.
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

    /// Records that the child has accepted its inputs.
    ///
    /// - Returns: `false` when the task has already ended.
    mutating func start() -> Bool {
        guard state == .wait else { return false }
        state = .work
        return true
    }

    /// Records a request to stop the task.
    ///
    /// - Returns: `false` when the task has already ended, or was already requested to stop.
    mutating func requestStop() -> Bool {
        guard !state.isFinal, !isStopRequested else { return false }
        isStopRequested = true
        return true
    }

    /// Records the end of the task.
    ///
    /// - Parameter end: The end as it was observed.
    /// - Returns: The end that counts, or `nil` when the task had already ended.
    mutating func end(_ end: End) -> End? {
        guard !state.isFinal else { return nil }
        var end = end
        // A task that is cancelled usually throws: that error is the expected reaction to the request.
        if isStopRequested, case .failure = end { end = .stopped }
        state = end.state
        return end
    }
}

/// The state of a task, in the words of Cowait.
public enum TaskState: String, Codable, Hashable, Sendable {
    /// The process has been started and has not accepted its inputs yet.
    case wait
    /// The task runs and can be called.
    case work
    /// The task has returned its result.
    case done
    /// The task was stopped before it returned a result.
    case stop
    /// The task threw an error, or its process ended before it returned a result.
    case fail

    /// A Boolean value that indicates whether the task has ended, so that its state does not change any more.
    public var isFinal: Bool { self != .wait && self != .work }
}
