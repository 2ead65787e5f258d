import LibWebSockets
import Postern
import PosternJSONRPC

/// Runs the calls of one session or request, and brings their results back to the loop.
///
/// All members belong to the loop's thread. A call runs in a task, which nobody awaits but ``cancel(_:)`` and
/// ``cancelAll()`` cancel, or, when a function without a task can answer it, on the loop's other threads. Its result is
/// handed in exactly once.
final class CallRunner<Key: Hashable & Sendable> {
    private let context: LoopContext
    private var tasks: [Key: Task<Void, Never>] = [:]
    private var endedInStart: Key?
    /// Takes each result, on the loop's thread.
    var onFinish: (Key, Result<Reply, CallError>) -> Void = { _, _ in }

    init(_ context: LoopContext) { self.context = context }

    /// Starts a call; one that runs on the loop has run up to its first wait when this returns.
    func start(_ key: Key, _ call: Call, _ options: JSONRPCSession.CallOptions) {
        if let function = options.function, call.deadline == nil, function.isSafe || !call.requiresSafeMethod {
            return run(key, function, call.arguments)
        }
        context.callsInFlight += 1
        let runner = LoopBound(self, on: context.loop)
        let dispatcher = context.dispatcher
        let task =
            options.placement == .onEventLoop
            ? Task.immediate(executorPreference: context.loop) { await runner.run(key, call, at: dispatcher) }
            : Task(executorPreference: context.loop.concurrentExecutor) { await runner.run(key, call, at: dispatcher) }
        if endedInStart == key { endedInStart = nil } else { tasks[key] = task }
    }

    /// Runs a function that answers a call by itself.
    func run(_ key: Key, _ function: ImmediateMethod, _ arguments: Payload) {
        context.callsInFlight += 1
        let runner = LoopBound(self, on: context.loop)
        context.loop.concurrentExecutor.run { runner.run(key, function, arguments) }
    }

    /// Cancels a call's task.
    func cancel(_ key: Key) { tasks[key]?.cancel() }

    /// Cancels all tasks.
    func cancelAll() { for task in tasks.values { task.cancel() } }

    /// Cancels all tasks, and hands nothing in any more.
    func close() {
        cancelAll()
        onFinish = { _, _ in }
    }

    fileprivate func finish(_ key: Key, _ result: Result<Reply, CallError>, hadTask: Bool) {
        if hadTask, tasks.removeValue(forKey: key) == nil { endedInStart = key }
        context.callsInFlight -= 1
        onFinish(key, result)
    }
}

extension LoopBound {
    /// Asks the dispatcher.
    fileprivate func run<Key>(_ key: Key, _ call: Call, at dispatcher: any Dispatcher) async
    where Value == CallRunner<Key> {
        let result: Result<Reply, CallError>
        do throws(CallError) {
            result = .success(try await dispatcher.dispatch(call))
        } catch {
            result = .failure(error)
        }
        if loop.isCurrent {
            value.finish(key, result, hadTask: true)
        } else {
            loop.execute { value.finish(key, result, hadTask: true) }
        }
    }

    /// Runs a function that answers the call by itself.
    fileprivate func run<Key>(_ key: Key, _ function: ImmediateMethod, _ arguments: Payload)
    where Value == CallRunner<Key> {
        let result = function.result(for: arguments)
        loop.execute { value.finish(key, result, hadTask: false) }
    }
}
