public import Postern
import Synchronization

/// The identity of a running task, and its access to its parent and its children.
public final class TaskContext: Sendable {
    /// The identifier, which is unique within the tree.
    public let id: String
    /// The host of the children of this task, which can call the methods that the task exposes.
    public let host: TaskHost
    private let parentPeer: Peer?
    private let reports = Mutex(Reports())

    private struct Reports {
        var sink: Sink?
        /// The progress that was reported before the parent has called `task/result`.
        var early: [any Encodable & Sendable] = []
    }

    typealias Sink = @Sendable (any Encodable & Sendable) -> Void

    init(id: String, host: TaskHost, parent: Peer?) {
        self.id = id
        self.host = host
        parentPeer = parent
    }

    /// The parent, whose methods this task can call, as in `try await task.parent.call("set_called")`.
    ///
    /// - Throws: `CallError` with `.unavailable` when the task has no parent.
    public var parent: Peer {
        get throws(CallError) {
            guard let parentPeer else {
                throw CallError(.unavailable, "Task \(id) is not connected to a parent", executed: .no)
            }
            return parentPeer
        }
    }

    /// Spawns a child of this task, as ``TaskHost/spawn(_:options:)`` of ``host`` does.
    public func spawn<Definition: TaskDefinition>(
        _ definition: Definition,
        options: TaskOptions = TaskOptions()
    ) async throws(CallError) -> TaskProcess<Definition> {
        try await host.spawn(definition, options: options)
    }

    /// Reports progress, which becomes an event of the tree.
    ///
    /// - Parameter value: The progress, such as a fraction or a text.
    public func report(_ value: some Encodable & Sendable) {
        reports.withLock { reports in
            // The sink is called under the lock to keep the order of reports. It only enqueues the value.
            if let sink = reports.sink { sink(value) } else { reports.early.append(value) }
        }
    }

    /// Sets the sink of all reports, and delivers those that were made earlier to it.
    func report(to sink: @escaping Sink) {
        reports.withLock { reports in
            for value in reports.early { sink(value) }
            reports = Reports(sink: sink)
        }
    }
}
