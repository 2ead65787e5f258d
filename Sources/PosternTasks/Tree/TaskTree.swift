/// The tasks that are known, by what has happened to them.
struct TaskTree {
    /// Tasks that have ended and are kept; the oldest make room, with those below them.
    static let endedLimit = 1_000
    /// Tasks that live in the whole tree; those that other processes spawn beyond it are not shown.
    static let livingLimit = 10_000

    private var tasks: [String: TaskSummary] = [:]
    /// The order in which they were created, and that in which they ended.
    private var order: [String] = []
    private var ended: [String] = []

    /// All that are known, each behind its parent.
    var all: [TaskSummary] { order.compactMap { tasks[$0] } }

    subscript(id: String) -> TaskSummary? { tasks[id] }

    /// Takes one event in.
    mutating func apply(_ event: TaskEvent) {
        if event.kind == .created {
            add(TaskSummary(creation: event))
        }
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

    /// Whether a task may report an event of another: one that it or a task below it has spawned, which is not known yet,
    /// or is known to be below it and has not ended.
    func accepts(_ event: TaskEvent, from sender: String) -> Bool {
        guard let parent = event.parent, parent == sender || isBelow(sender, parent) else { return false }
        guard let known = tasks[event.id] else {
            return event.kind == .created && event.name != nil && tasks.count - ended.count < Self.livingLimit
        }
        guard known.parent == parent, event.kind != .created else { return false }
        // What a process writes may come behind the end of its task, and its exit does.
        return !known.state.isFinal || event.kind == .log || event.kind == .exit && known.exit == nil
    }

    private func isBelow(_ ancestor: String, _ id: String) -> Bool {
        // The parent of a task is known before it, so this ends.
        var id = id
        while let parent = tasks[id]?.parent {
            if parent == ancestor { return true }
            id = parent
        }
        return false
    }

    /// The tasks below one, those first that were created first.
    func descendants(of id: String) -> [TaskSummary] {
        var above: Set = [id]
        return all.filter { task in
            guard let parent = task.parent, above.contains(parent) else { return false }
            above.insert(task.id)
            return true
        }
    }

    /// The child of a task through which another one is reached; `nil` when it is not below.
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
        // What is below it could not be reached any more, and its end not be noted.
        let dropped = Set(descendants(of: oldest).map(\.id) + [oldest])
        for id in dropped { tasks[id] = nil }
        order.removeAll { dropped.contains($0) }
        ended.removeAll { dropped.contains($0) }
    }
}

extension TaskSummary {
    /// What is known of a task that has just been created.
    fileprivate init(creation event: TaskEvent) {
        self.init(id: event.id, parent: event.parent, name: event.name ?? "", state: .wait, created: event.time)
        process = event.process
    }
}
