public import Postern
import Synchronization

/// Spawns tasks, and knows the tree below them.
///
/// A program has one for the tasks that it spawns outside of any task; inside a task ``TaskContext/host`` is the one whose
/// tasks are its children.
public final class TaskHost: Sendable {
    private struct State {
        var nodes: [String: TaskNode] = [:]
        var isEnding = false
    }

    /// Processes of tasks that may be alive at once; one more is refused with `.busy`.
    let limit: Int
    /// The task whose children this spawns; `nil` outside of tasks.
    let owner: String?
    let hub = TaskEventHub()
    private let dispatcher: any Dispatcher
    private let observer: (any IncidentObserver)?
    private let state = Mutex(State())

    /// What sees to it that no process is left behind on this system, which is found out once.
    ///
    /// Programs log it at their start, so that an operator notices what the system does not permit:
    ///
    /// ```swift
    /// let containment = await TaskHost.containment
    /// logger.log(level: containment.isComplete ? .info : .notice, "containment of tasks: \(containment)")
    /// ```
    public static var containment: TaskContainment { get async { TaskContainment(await .current) } }

    /// Makes a host for the tasks of a program.
    ///
    /// - Parameters:
    ///   - dispatcher: Answers the calls of the tasks to their parent.
    ///   - limit: Processes that may be alive at once.
    ///   - observer: Takes reports of handlers that fail.
    public convenience init(
        serving dispatcher: any Dispatcher = NothingExposed(),
        limit: Int = 32,
        observer: (any IncidentObserver)? = nil
    ) {
        self.init(serving: dispatcher, limit: limit, observer: observer, owner: nil)
    }

    init(
        serving dispatcher: any Dispatcher,
        limit: Int = 32,
        observer: (any IncidentObserver)? = nil,
        owner: String?
    ) {
        self.dispatcher = dispatcher
        self.limit = limit
        self.observer = observer
        self.owner = owner
    }

    /// The tasks of the tree that are known, each behind its parent: all that live, and the last 1,000 that have ended.
    public var tasks: [TaskSummary] { hub.tasks }

    /// What happens in the tree from now on, behind what is known of it.
    public var events: some AsyncSequence<TaskEvent, Never> & Sendable { hub.events() }

    /// Spawns a task, and returns as soon as its process has been started.
    ///
    /// It may be called at once: calls wait until the task has accepted its inputs.
    ///
    /// - Parameters:
    ///   - definition: The task, with its inputs.
    ///   - options: How it is started and ended.
    /// - Returns: The task.
    /// - Throws: `CallError`: `.busy` when too many are alive, `.draining` when this host is ending, `.invalidParameters` for
    ///   limits with which no program starts, `.unavailable` when the process cannot be started.
    public func spawn<Definition: TaskDefinition>(
        _ definition: Definition,
        options: TaskOptions = TaskOptions()
    ) async throws(CallError) -> TaskProcess<Definition> {
        try options.limits.check()
        let node = TaskNode(Definition.taskName, definition.command, parent: owner, options, hub, observer)
        try add(node)
        let isDetached = options.onParentEnd == .detach
        // Apart from the task that spawns it, whose deadline and cancellation are not those of the task.
        Task.detached { [dispatcher] in
            await node.run(serving: dispatcher) { peer throws(CallError) in
                try peer.encoded(node.id, Definition.taskName, definition, isDetached)
            }
            self.remove(node)
        }
        if case .failure(let error)? = await node.process.value() { throw error }
        return TaskProcess(node)
    }

    /// Ends all that has not ended, each task as its ``TaskOptions/onParentEnd`` says, and spawns no more.
    ///
    /// Cancelling the Swift task that waits for it changes nothing: it returns when all has ended.
    public func end() async { await Task.detached { await self.endTasks() }.value }

    private func endTasks() async {
        let nodes = state.withLock { state in
            state.isEnding = true
            return Array(state.nodes.values)
        }
        await withDiscardingTaskGroup { group in
            for node in nodes { group.addTask { await node.endWithParent() } }
        }
        hub.end()
    }

    /// A task that this host has spawned and that has not ended.
    func node(_ id: String) -> TaskNode? { state.withLock { $0.nodes[id] } }

    private func add(_ node: TaskNode) throws(CallError) {
        try state.withLock { state throws(CallError) in
            guard !state.isEnding else {
                throw CallError(.draining, "No more tasks are spawned: their parent is ending", executed: .no)
            }
            guard state.nodes.count < limit else { throw TaskErrors.tooMany(limit) }
            state.nodes[node.id] = node
        }
    }

    private func remove(_ node: TaskNode) { state.withLock { _ = $0.nodes.removeValue(forKey: node.id) } }
}

extension TaskNode {
    /// Does with the task what its options say about the end of its parent.
    fileprivate func endWithParent() async {
        switch options.onParentEnd {
        case .stop:
            await stop()
            _ = await finished.value()
        case .wait:
            _ = await finished.value()
        case .detach: break
        }
    }
}

/// What sees to it that no process of a task is left behind on this system, and that limits are kept.
public struct TaskContainment: Hashable, Sendable, CustomStringConvertible {
    /// Whether all of it is in force.
    ///
    /// It is when foreign programs run in a PID namespace of their own, tasks in Swift end with their parent in any case, and
    /// ``TaskOptions/limits`` are set. What is missing is in the description.
    public let isComplete: Bool
    /// What is in force and what is not, in sentences for a log.
    public let description: String

    init(_ containment: Containment) {
        isComplete = containment.isComplete
        description = containment.description
    }
}
