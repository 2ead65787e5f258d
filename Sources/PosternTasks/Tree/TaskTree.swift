/// The tasks of a tree and their states, as the events so far describe them.
///
/// A pure state machine. Events of other processes are not trusted: ``accepts(_:from:)`` is asked first.
struct TaskTree {
    /// The number of ended tasks that are kept; beyond it the oldest is removed, together with the tasks below it.
    static let endedLimit = 1_000
    /// The number of living tasks above which tasks that other processes spawn are ignored.
    static let livingLimit = 10_000

    private var tasks: [String: TaskSummary] = [:]
    /// The identifiers in order of creation, and those of ended tasks in the order in which they ended.
    private var order: [String] = []
    private var ended: [String] = []

    /// All known tasks, each after its parent.
    var all: [TaskSummary] { order.compactMap { tasks[$0] } }

    subscript(id: String) -> TaskSummary? { tasks[id] }

    /// Updates the task that an event concerns.
    mutating func apply(_ event: TaskEvent) {
        if event.kind == .created {
            add(TaskSummary(creation: event))
        }
        // A final state does not change; only the exit of the process follows it.
        guard var task = tasks[event.id], event.kind == .exit || !task.state.isFinal else { return }
        switch event.kind {
        case .created, .log: return
        case .state: task.state = event.state ?? task.state
        case .progress: task.progress = event.value
        case .result: (task.result, task.isResultCut) = (event.value, event.isCut)
        case .failure: (task.message, task.code) = (event.message, event.code)
        case .exit: task.exit = event.exit
        }
        tasks[event.id] = task
        if event.kind == .state, task.state.isFinal { noteEnd(event.id) }
    }

    /// Returns whether a task may report an event of another task.
    ///
    /// The other task must be below the sender. It is either new and has just been created, or known, with the same
    /// parent as before, and has not ended.
    ///
    /// - Parameters:
    ///   - event: The event, as another process has sent it.
    ///   - sender: The identifier of the task that has sent it.
    /// - Returns: Whether the event may be applied.
    func accepts(_ event: TaskEvent, from sender: String) -> Bool {
        guard let parent = event.parent, parent == sender || isBelow(sender, parent) else { return false }
        guard let known = tasks[event.id] else {
            return event.kind == .created && event.name != nil && tasks.count - ended.count < Self.livingLimit
        }
        guard known.parent == parent, event.kind != .created else { return false }
        // Output may arrive after the final state, and the exit always does, once.
        return !known.state.isFinal || event.kind == .log || event.kind == .exit && known.exit == nil
    }

    private func isBelow(_ ancestor: String, _ id: String) -> Bool {
        // Terminates because a task is added after its parent and never changes its parent: there are no cycles.
        var id = id
        while let parent = tasks[id]?.parent {
            if parent == ancestor { return true }
            id = parent
        }
        return false
    }

    /// Returns the tasks below a task, in order of creation.
    func descendants(of id: String) -> [TaskSummary] {
        // One pass is enough, as each task comes after its parent.
        var above: Set = [id]
        return all.filter { task in
            guard let parent = task.parent, above.contains(parent) else { return false }
            above.insert(task.id)
            return true
        }
    }

    /// Returns the child of a task through which another task is reached.
    ///
    /// - Parameters:
    ///   - ancestor: The task whose child is searched; `nil` for the root of the tree.
    ///   - id: The task to be reached.
    /// - Returns: The identifier of the child, or `nil` when the other task is not below the ancestor.
    func branch(of ancestor: String?, towards id: String) -> String? {
        var id = id
        while let task = tasks[id] {
            if task.parent == ancestor { return id }
            guard let parent = task.parent else { return nil }
            id = parent
        }
        return nil
    }

    private mutating func add(_ task: TaskSummary) {
        guard tasks[task.id] == nil else { return }
        tasks[task.id] = task
        order.append(task.id)
    }

    private mutating func noteEnd(_ id: String) {
        ended.append(id)
        guard ended.count > Self.endedLimit else { return }
        let oldest = ended.removeFirst()
        // Tasks below a removed task would have no path to them, and no event could reach them.
        let dropped = Set(descendants(of: oldest).map(\.id) + [oldest])
        for id in dropped { tasks[id] = nil }
        order.removeAll { dropped.contains($0) }
        ended.removeAll { dropped.contains($0) }
    }
}

extension TaskSummary {
    /// Creates the summary of a task from the event of its creation.
    fileprivate init(creation event: TaskEvent) {
        self.init(id: event.id, parent: event.parent, name: event.name ?? "", state: .wait, created: event.time)
        process = event.process
    }
}
