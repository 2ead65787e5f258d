import Postern

/// Why the connection to a task ended before its work had.
struct TaskLoss: Sendable {
    /// How the connection ended.
    var reason: DisconnectReason
    /// How the process ended; `nil` for one that goes on.
    var exit: TaskExit?

    /// Whether the process may end by what has ended the connection, and say more of the reason.
    static func dependsOnProcess(_ reason: DisconnectReason) -> Bool {
        [.lost, .closedThere, .closedHere].contains(reason.kind)
    }
}

extension TaskLoss: CustomStringConvertible {
    /// The reason, to be read behind the name of the task.
    var description: String {
        guard Self.dependsOnProcess(reason) else { return "the connection was closed (\(reason.message))" }
        return exit.map { "its process ended with \($0)" } ?? "it closed the connection, and its process has not ended"
    }
}
