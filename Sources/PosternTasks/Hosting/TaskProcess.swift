public import Postern

/// A task in a process of its own, as its parent sees it.
///
/// It may be called as soon as it is spawned: ``call(_:_:named:timeout:)`` by name, or by a typed stub that takes it as its
/// `Callee`, written by hand or by `@Remote`. Stubs may as well be methods of the handle:
///
/// ```swift
/// extension TaskProcess<RpcChild> {
///     func someRPCCall() async throws -> Int { try await call("some_rpc_call") }
/// }
/// ```
///
/// The handle keeps nothing alive: the task runs until it ends, is stopped, or its parent ends.
public struct TaskProcess<Definition: TaskDefinition>: Sendable {
    let node: TaskNode

    init(_ node: TaskNode) { self.node = node }

    /// The identifier: the name of the definition and some characters that are like those of no other task.
    public var id: String { node.id }

    /// Where the task is in its life.
    public var state: TaskState { node.state }

    /// The number of the process, which is that of its group.
    package var processIdentifier: Int32? { try? node.process.current?.get() }

    /// The preferred executor for Swift tasks that make many calls: the event loop of the connection to the child.
    ///
    /// A call made there is sent and resumed without a change of threads: `Task(executorPreference: child.executor) { … }`.
    /// What runs there must neither block nor compute for long. It is `nil` until the task is at work, thus before the
    /// first reply.
    public var executor: (any TaskExecutor)? { try? node.started.current?.get().executor }

    /// The result; waits until the task has one, and no longer: events of the tasks below may still be on their way.
    ///
    /// - Throws: `CallError`: `.cancelled` when the task was stopped, or the waiting Swift task was; what the task threw,
    ///   with a message that names each task which the failure came through; `.unavailable` when its process ended before.
    public var result: Definition.Output {
        get async throws(CallError) {
            try await node.result().answer("result of task \(id)")
        }
    }

    /// How the process ended; waits until it has, and until all that happened to the tasks below is noted.
    ///
    /// It is `nil` for a process that could not be started, and when the waiting Swift task is cancelled first.
    public var exit: TaskExit? {
        get async { await node.finished.value() ?? nil }
    }

    /// Has the task stop, and returns when it has answered that it will.
    ///
    /// It stops its own tasks, then itself; waiting for any of their results throws an error that says so. A process that
    /// goes on gets SIGTERM after ``TaskOptions/stopGrace``, and SIGKILL after ``TaskOptions/killGrace``.
    public func stop() async { await node.stop() }

    /// Calls a method of the task and decodes its result.
    ///
    /// - Parameters:
    ///   - method: Path of the method, names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments.
    ///   - timeout: How long the reply may take once the call has been sent, as in calls of a peer.
    /// - Returns: The result.
    /// - Throws: `CallError`: `.invalidRequest` in a state in which the task takes no calls, `.unavailable` with the reason
    ///   when its process ends first, or as calls of a peer.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await node.calling(method) { peer throws(CallError) in
            try await peer.call(method, repeat each arguments, named: named, timeout: timeout)
        }
    }

    /// Calls a method of the task and passes over its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) {
        try await node.calling(method) { peer throws(CallError) in
            try await peer.call(method, repeat each arguments, named: named, timeout: timeout)
        }
    }

    /// Calls a method of the task that answers with a stream.
    public func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        of item: Item.Type = Item.self,
        timeout: Duration? = nil
    ) async throws(CallError) -> ValueStream<Item> {
        try await node.calling(method) { peer throws(CallError) in
            try await peer.stream(method, repeat each arguments, of: item, timeout: timeout)
        }
    }
}

extension TaskProcess: Callee {
    /// Sends one call and waits for its reply.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await node.calling(method) { peer throws(CallError) in
            try await peer.reply(to: method, repeat each arguments, timeout: timeout)
        }
    }
}

extension TaskProcess {
    /// The results of tasks, in the order of the tasks; waits until all have one.
    ///
    /// - Throws: The failure of the first task that fails, as soon as it does; the others go on.
    package static func join(_ tasks: [TaskProcess]) async throws(CallError) -> [Definition.Output] {
        do {
            return try await withThrowingTaskGroup(of: (Int, Definition.Output).self) { group in
                for (index, task) in tasks.enumerated() { group.addTask { (index, try await task.result) } }
                return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
            }
        } catch {
            throw error as? CallError ?? CallError(thrownByHandler: error)
        }
    }
}
