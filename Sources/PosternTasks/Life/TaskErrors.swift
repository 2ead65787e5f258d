import Postern

/// The errors of tasks.
///
/// Each message names the task and the reason.
enum TaskErrors {
    static func didNotStart(_ id: String, within time: Duration) -> CallError {
        CallError(.deadlineExceeded, "Task \(id) did not start within \(time)", executed: .unknown)
    }

    static func endedBeforeStart(_ id: String, _ loss: TaskLoss, wrote line: String?) -> CallError {
        let words = line.map { "; it wrote: \($0)" } ?? ""
        return CallError(.unavailable, "Task \(id) ended before it had started: \(loss)\(words)", executed: .no)
    }

    static func lost(_ id: String, _ loss: TaskLoss) -> CallError {
        CallError(.unavailable, "Lost connection to \(id): \(loss)", executed: .yes)
    }

    /// The error of a call that was in flight when the task returned or was stopped.
    static func ended(_ id: String, _ state: TaskState) -> CallError {
        CallError(.unavailable, "Task \(id) ended before it answered, in the state \(state.rawValue)", executed: .yes)
    }

    static func stopped(_ id: String) -> CallError {
        CallError(.cancelled, "Task \(id) was stopped", executed: .yes)
    }

    static func exited(_ id: String, _ exit: TaskExit) -> CallError {
        CallError(.handlerFailed, "Task \(id) failed: \(exit)", executed: .yes)
    }

    /// The error of a call that was not sent because the task had ended.
    static func hasEnded(_ id: String, _ state: TaskState, _ method: String) -> CallError {
        CallError(
            .invalidRequest,
            "Task \(id) takes no calls in the state \(state.rawValue): \(method) was not called",
            name: .failedPrecondition,
            executed: .no
        )
    }

    static func unknown(_ id: String) -> CallError {
        CallError(.notFound, "No such task: \(id.prefix(128))", ran: .no)
    }

    /// The error of a call to a method below `task/` that the parent of the task does not serve.
    static func noSuchMethod(_ method: String) -> CallError {
        CallError(.methodNotFound, "No such method: \(method.replacing("/", with: "."))", ran: .no)
    }

    static func tooMany(_ limit: Int) -> CallError {
        CallError(.busy, "More than \(limit) tasks are alive", executed: .no)
    }

    /// Returns the failure of a task, with its identifier in front of the message.
    static func failed(_ id: String, _ error: CallError) -> CallError {
        var error = error
        error.message = "Task \(id) failed: \(error.message)"
        error.executed = .yes
        return error
    }
}
