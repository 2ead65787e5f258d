import Postern

/// An event of a task as a line of text.
struct TaskLine {
    private let event: Value

    /// Creates a line from an item of `tasks/watch`.
    init(_ event: Value) { self.event = event }

    /// The time, the task and the event.
    var text: String { TaskText.trimmed("\(time)  \(TaskText.shown(event["id"]))  \(happening)") }

    private var time: String {
        guard case .integer(let milliseconds)? = event["time"] else { return "" }
        // The remainder of a negative number is negative.
        let nanoseconds = UInt32(((milliseconds % 1_000) + 1_000) % 1_000) * 1_000_000
        return (try? Timestamp(seconds: milliseconds / 1_000, nanoseconds: nanoseconds).text()) ?? ""
    }

    private var happening: String {
        switch event["kind"] {
        case "created"?:
            event["parent"] == nil ? "created" : "created by \(TaskText.shown(event["parent"]))"
        case "state"?: "state \(TaskText.shown(event["state"]))"
        case "progress"?: "progress \(TaskText.shown(event["value"]))"
        case "log"?: "\(TaskText.shown(event["stream"])): \(TaskText.shown(event["text"]))"
        case "result"?: "result \(TaskText.shown(event["value"]))"
        case "failure"?: "failure: \(TaskText.shown(event["message"]))"
        case "exit"?: "process ended with \(TaskText.shown(event["exit"]))"
        default: TaskText.shown(event)
        }
    }
}
