import Postern
import PosternLogging

/// The tasks of a server as an indented tree.
struct TaskTable {
    private let tasks: [Value]

    /// Creates a table from the answer of `tasks/list`.
    init(_ listing: Value) {
        if case .array(let tasks) = listing["tasks"] { self.tasks = tasks } else { tasks = [] }
    }

    /// A line for each task, or a single line when there are no tasks.
    var lines: [String] {
        guard !tasks.isEmpty else { return ["No tasks"] }
        let rows = rows
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let columns = [
                row.name.padded(to: width), row.state.padded(to: 4), row.progress.padded(to: 5, atStart: true),
            ]
            return TaskText.trimmed(columns.joined(separator: "  ") + "  " + row.outcome)
        }
    }

    private struct Row {
        var name: String
        var state: String
        var progress: String
        var outcome: String
    }

    /// The rows in depth-first order.
    private var rows: [Row] {
        let known = Set(tasks.map { $0["id"] })
        let below = Dictionary(grouping: tasks.indices) { index in
            let parent = tasks[index]["parent"]
            return known.contains(parent) ? parent : nil
        }
        var rows: [Row] = []
        var seen: Set<Int> = []
        // An explicit stack instead of recursion, as the depth is chosen by the server.
        var waiting = (below[nil] ?? []).reversed().map { (index: $0, depth: 0) }
        while let (index, depth) = waiting.popLast() {
            // A server may send the same identifier twice.
            guard seen.insert(index).inserted else { continue }
            rows.append(Self.row(tasks[index], depth))
            waiting += (below[tasks[index]["id"]] ?? []).reversed().map { (index: $0, depth: depth + 1) }
        }
        return rows
    }

    private static func row(_ task: Value, _ depth: Int) -> Row {
        Row(
            name: String(repeating: "  ", count: min(depth, 16)) + TaskText.shown(task["id"]),
            state: TaskText.shown(task["state"]),
            progress: TaskText.percentage(task["progress"]) ?? "",
            outcome: outcome(task)
        )
    }

    private static func outcome(_ task: Value) -> String {
        if let message = task["message"] { return TaskText.shown(message) }
        if let result = task["result"] { return TaskText.shown(result) }
        let progress = task["progress"]
        return progress == nil || TaskText.percentage(progress) != nil ? "" : TaskText.shown(progress)
    }
}
