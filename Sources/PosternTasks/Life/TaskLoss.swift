import Postern

/// The reason why the connection to a task ended before the task did.
struct TaskLoss: Sendable {
    /// The reason of the disconnect.
    var reason: DisconnectReason
    /// The exit of the process; `nil` when the process still runs.
    var exit: TaskExit?

    /// Whether the end of the process is likely to be the cause of the disconnect, and thereby the better explanation.
    static func dependsOnProcess(_ reason: DisconnectReason) -> Bool {
        [.lost, .closedThere, .closedHere].contains(reason.kind)
    }
}

extension TaskLoss: CustomStringConvertible {
    /// The reason, as the end of a message that begins with the identifier of the task.
    var description: String {
        guard Self.dependsOnProcess(reason) else { return "the connection was closed (\(reason.message))" }
        return exit.map { "its process ended with \($0)" } ?? "it closed the connection, and its process has not ended"
    }
}
