import LibWebSockets
import Postern

/// Runs the calls of one session or request as tasks, and brings their results back to the loop.
///
/// All members belong to the loop's thread. A task is awaited by nobody but cancelled by ``cancel(_:)`` and
/// ``cancelAll()``, and its result is handed in exactly once, also after that.
final class CallRunner<Key: Hashable & Sendable> {
    private let context: LoopContext
    private var tasks: [Key: Task<Void, Never>] = [:]
    /// Takes each result, on the loop's thread.
    var onFinish: (Key, Result<Reply, CallError>) -> Void = { _, _ in }

    init(_ context: LoopContext) { self.context = context }

    /// Starts a call; on the loop's thread it runs up to its first wait before this returns.
    func start(_ key: Key, _ call: Call, onLoop: Bool) {
        let runner = LoopBound(self, on: context.loop)
        let dispatcher = context.dispatcher
        context.callsInFlight += 1
        let task =
            onLoop
            ? Task.immediate(executorPreference: context.loop) { await runner.run(key, call, at: dispatcher) }
            : Task(executorPreference: context.loop.concurrentExecutor) { await runner.run(key, call, at: dispatcher) }
        // A call that ended at once has been finished already.
        if finishedEarly == key { finishedEarly = nil } else { tasks[key] = task }
    }
    private var finishedEarly: Key?

    /// Cancels a call's task.
    func cancel(_ key: Key) { tasks[key]?.cancel() }

    /// Cancels all tasks.
    func cancelAll() { for task in tasks.values { task.cancel() } }

    fileprivate func finish(_ key: Key, _ result: Result<Reply, CallError>) {
        if tasks.removeValue(forKey: key) == nil { finishedEarly = key }
        context.callsInFlight -= 1
        onFinish(key, result)
    }
}

extension LoopBound {
    fileprivate func run<Key>(_ key: Key, _ call: Call, at dispatcher: any Dispatcher) async
    where Value == CallRunner<Key> {
        let result: Result<Reply, CallError>
        do throws(CallError) {
            result = .success(try await dispatcher.dispatch(call))
        } catch {
            result = .failure(error)
        }
        if loop.isCurrent { value.finish(key, result) } else { loop.execute { value.finish(key, result) } }
    }
}
