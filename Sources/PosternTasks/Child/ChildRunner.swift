import Postern
import Synchronization

/// Runs the task of a child process, and serves the methods by which its parent controls it.
final class ChildRunner<Definition: ChildTask>: Sendable {
    private struct State {
        var context: TaskContext?
        var work: Task<Void, Never>?
        var isDetached = false
        var isStopped = false
    }

    private let control = Router()
    private let methods = Router()
    private let state = Mutex(State())
    private let parent = Settled<Peer>()
    private let outcome = Settled<Result<Definition.Output, CallError>>()

    /// Whether the work has ended, so that the process exits by itself.
    var hasEnded: Bool { outcome.current != nil }

    /// The time in which the parent must close the connection after the task has ended.
    private static var closingGrace: Duration { .seconds(10) }

    init() {
        let service = control.root.service("task")
        service.register("start", "id", "name", "inputs", "detached") {
            [self] (id: String, _: String, inputs: Definition, isDetached: Bool) async throws in
            try await start(inputs, as: id, isDetached)
        }
        service.register("stop") { [self] in stop() }
        service.register("result") { [self] (call: CallContext) async throws in try await result(for: call) }
        service.registerStream("events") { [self] () async throws in try context().host.events }
    }

    /// The dispatcher for the calls of the parent.
    var dispatcher: any Dispatcher {
        ChildDispatcher(control: control, methods: methods) { [self] () throws(CallError) in try context().host }
    }

    /// Whether the task continues when the connection to its parent ends.
    var isDetached: Bool { state.withLock { $0.isDetached } }

    /// Cancels the task; its own tasks are stopped when it has ended.
    ///
    /// A task that has not started yet is cancelled when it starts.
    func stop() {
        let work = state.withLock { state in
            state.isStopped = true
            return state.work
        }
        work?.cancel()
    }

    /// Waits until the task has ended and its parent has received the result.
    ///
    /// - Parameter peer: The connection to the parent.
    /// - Returns: The exit code of the process: 0 for a result or a stop, 1 for a failure.
    func finish(_ peer: Peer) async -> Int32 {
        parent.settle(peer)
        let outcome = await outcome.value()
        // The parent closes the connection when it has received the result and the last events of the tasks below.
        let isClosed = Settled<Void>()
        peer.onDisconnect { _ in isClosed.settle(()) }
        _ = await isClosed.value(within: Self.closingGrace)
        guard case .failure(let error)? = outcome else { return 0 }
        return error.code == .cancelled ? 0 : 1
    }

    private func context() throws(CallError) -> TaskContext {
        guard let context = state.withLock({ $0.context }) else {
            throw CallError(.invalidRequest, "The task has not been started", executed: .no)
        }
        return context
    }

    private func start(_ inputs: Definition, as id: String, _ isDetached: Bool) async throws(CallError) {
        let host = TaskHost(serving: methods, owner: id)
        let context = TaskContext(id: id, host: host, parent: await parent.value())
        inputs.register(in: methods.root)
        let isFirst = state.withLock { state in
            guard state.context == nil else { return false }
            state.context = context
            state.isDetached = isDetached
            // Detached from the Swift task of this call, whose deadline and end must not apply to the work.
            state.work = Task.detached { await self.run(inputs, context) }
            if state.isStopped { state.work?.cancel() }
            return true
        }
        guard isFirst else { throw CallError(.invalidRequest, "The task was started before", executed: .no) }
    }

    private func run(_ inputs: Definition, _ context: TaskContext) async {
        let result: Result<Definition.Output, CallError>
        do { result = .success(try await inputs.run(in: context)) } catch {
            result = .failure(CallError(thrownByHandler: error))
        }
        // Before the result is set: the parent must not see this task end before the tasks below it.
        await context.host.end()
        // An error after a request to stop, usually a `CancellationError`, counts as the stop.
        let isStopped = state.withLock { $0.isStopped }
        if isStopped, case .failure = result {
            outcome.settle(.failure(TaskErrors.stopped(context.id)))
        } else {
            outcome.settle(result)
        }
    }

    private func result(for call: CallContext) async throws(CallError) -> Definition.Output {
        let context = try context()
        context.report(to: { call.reportProgress($0) })
        guard let outcome = await outcome.value() else { throw CallError(.cancelled, "The parent cancelled") }
        return try outcome.get()
    }
}
