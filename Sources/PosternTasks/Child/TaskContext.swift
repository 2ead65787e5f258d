public import Postern
import Synchronization

/// What a running task knows of itself and its parent.
public final class TaskContext: Sendable {
    /// The identifier, unlike all others of the tree.
    public let id: String
    /// Spawns the children of this task, which may call the methods that it exposes.
    public let host: TaskHost
    private let parentPeer: Peer?
    private let reports = Mutex(Reports())

    private struct Reports {
        var sink: Sink?
        /// What was reported before the parent asked for the result.
        var early: [any Encodable & Sendable] = []
    }

    typealias Sink = @Sendable (any Encodable & Sendable) -> Void

    init(id: String, host: TaskHost, parent: Peer?) {
        self.id = id
        self.host = host
        parentPeer = parent
    }

    /// The parent, whose methods this task may call: `try await task.parent.call("set_called")`.
    ///
    /// - Throws: `CallError` with `.unavailable` in a task that has no parent.
    public var parent: Peer {
        get throws(CallError) {
            guard let parentPeer else {
                throw CallError(.unavailable, "Task \(id) is not connected to a parent", executed: .no)
            }
            return parentPeer
        }
    }

    /// Spawns a child of this task, see ``TaskHost/spawn(_:options:)``.
    public func spawn<Definition: TaskDefinition>(
        _ definition: Definition,
        options: TaskOptions = TaskOptions()
    ) async throws(CallError) -> TaskProcess<Definition> {
        try await host.spawn(definition, options: options)
    }

    /// Reports how far the task is: it becomes an event of the tree.
    public func report(_ value: some Encodable & Sendable) {
        reports.withLock { reports in
            // Under the lock, for the order; what a sink does is to put it into a buffer.
            if let sink = reports.sink { sink(value) } else { reports.early.append(value) }
        }
    }

    /// Has reports go somewhere, those first that were made before.
    func report(to sink: @escaping Sink) {
        reports.withLock { reports in
            for value in reports.early { sink(value) }
            reports = Reports(sink: sink)
        }
    }
}
