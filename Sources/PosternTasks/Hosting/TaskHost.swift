public import Postern
import Synchronization

/// Spawns tasks as child processes, and keeps the tree of the tasks below them.
///
/// A program creates one host for the tasks that it spawns outside of any task. Inside a task, ``TaskContext/host``
/// spawns the children of that task.
public final class TaskHost: Sendable {
    private struct State {
        var nodes: [String: TaskNode] = [:]
        var isEnding = false
    }

    /// The maximum number of tasks that this host runs at once; a further one is rejected with `.busy`.
    let limit: Int
    /// The identifier of the task whose children this host spawns; `nil` outside of tasks.
    let owner: String?
    let hub = TaskEventHub()
    private let dispatcher: any Dispatcher
    private let observer: (any IncidentObserver)?
    private let state = Mutex(State())

    /// The means by which this system contains the processes of tasks, probed once per process.
    ///
    /// A program logs it when it starts, so that operators see what the system does not permit:
    ///
    /// ```swift
    /// let containment = await TaskHost.containment
    /// logger.log(level: containment.isComplete ? .info : .notice, "containment of tasks: \(containment)")
    /// ```
    public static var containment: TaskContainment { get async { TaskContainment(await .current) } }

    /// Creates a host for the tasks of a program.
    ///
    /// - Parameters:
    ///   - dispatcher: Answers the calls of the tasks to their parent.
    ///   - limit: The maximum number of tasks that run at once.
    ///   - observer: Is notified of failures of tasks and handlers.
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

    /// The tasks of the tree, each after its parent: all living tasks, and the 1,000 that ended last.
    public var tasks: [TaskSummary] { hub.tasks }

    /// The events of the tree from now on, preceded by events that describe the known tasks.
    ///
    /// The sequence ends with ``end()``. It has one reader; each use of this property creates a sequence of its own.
    /// While 256 events are waiting for a reader, tasks that write output or report progress are suspended, but not the
    /// end of a task. Releasing the sequence and its iterator unsubscribes the reader.
    public var events: some AsyncSequence<TaskEvent, Never> & Sendable { hub.events() }

    /// Spawns a task, and returns as soon as its process has been started.
    ///
    /// The task can be called immediately: calls wait until it has accepted its inputs.
    ///
    /// - Parameters:
    ///   - definition: The task and its inputs.
    ///   - options: The options for its start, its end and its process.
    /// - Returns: A handle of the task.
    /// - Throws: `CallError`: `.busy` when too many tasks are alive, `.draining` when this host is ending,
    ///   `.invalidParameters` for limits with which no program starts, `.unavailable` when the process cannot be
    ///   started.
    public func spawn<Definition: TaskDefinition>(
        _ definition: Definition,
        options: TaskOptions = TaskOptions()
    ) async throws(CallError) -> TaskProcess<Definition> {
        try options.limits.check()
        let node = TaskNode(Definition.taskName, definition.command, parent: owner, options, hub, observer)
        try add(node)
        let isDetached = options.onParentEnd == .detach
        // Detached from the Swift task that spawns it, whose deadline and cancellation must not apply to the child.
        Task.detached { [dispatcher] in
            await node.run(serving: dispatcher) { peer throws(CallError) in
                try peer.encoded(node.id, Definition.taskName, definition, isDetached)
            }
            self.remove(node)
        }
        if case .failure(let error)? = await node.process.value() { throw error }
        return TaskProcess(node)
    }

    /// Ends all tasks, each according to its ``TaskOptions/onParentEnd``, and rejects new ones.
    ///
    /// Returns when all tasks have ended that are not detached. Cancelling the calling Swift task does not shorten
    /// this.
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

    /// Returns a task that this host has spawned and that has not ended.
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
    /// Ends the task as its options prescribe for the end of its parent.
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

/// The means by which this system ends the processes of tasks and enforces their limits.
public struct TaskContainment: Hashable, Sendable, CustomStringConvertible {
    /// A Boolean value that indicates whether all of them are available.
    ///
    /// That is the case when foreign programs run in a PID namespace of their own, Swift tasks end with their parent
    /// under all circumstances, and ``TaskOptions/limits`` are enforced. The description states what is missing.
    public let isComplete: Bool
    /// The means that are available and those that are missing, in sentences for a log.
    public let description: String

    init(_ containment: Containment) {
        isComplete = containment.isComplete
        description = containment.description
    }
}
