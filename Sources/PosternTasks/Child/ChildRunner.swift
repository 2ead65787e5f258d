import Postern
import Synchronization

/// Runs one task in a child process, as its parent asks.
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

    /// How long a parent may take to fetch the result.
    private static var farewellTime: Duration { .seconds(10) }

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

    /// What the parent reaches.
    var dispatcher: any Dispatcher {
        ChildDispatcher(control: control, methods: methods) { [self] () throws(CallError) in try context().host }
    }

    /// Whether the task goes on without its parent.
    var isDetached: Bool { state.withLock { $0.isDetached } }

    /// Has the task stop, with all that it has spawned.
    func stop() {
        let work = state.withLock { state in
            state.isStopped = true
            return state.work
        }
        work?.cancel()
    }

    /// Waits until the task has ended and its parent knows, and returns the exit code.
    func finish(_ peer: Peer) async -> Int32 {
        parent.settle(peer)
        let outcome = await outcome.value()
        // The parent closes the connection when it has the result, and the last events of the tasks below.
        let isClosed = Settled<Void>()
        peer.onDisconnect { _ in isClosed.settle(()) }
        _ = await isClosed.value(within: Self.farewellTime)
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
            // Not the task of this call: its deadline and its end are not those of the work.
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
        await context.host.end()
        // What a task throws that was asked to stop is the stop.
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
