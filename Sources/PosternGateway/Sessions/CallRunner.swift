import LibWebSockets
import Postern
import PosternJSONRPC

/// Runs the calls of one session or request, and brings their results back to the loop.
///
/// All members belong to the loop's thread. A call runs in a task, which nobody awaits but ``cancel(_:)`` and
/// ``cancelAll()`` cancel, or, when a function without a task can answer it, on the loop's other threads. Its result is
/// handed in exactly once.
final class CallRunner {
    private let context: LoopContext
    private var tasks: [CallTicket: Task<Void, Never>] = [:]
    private var endedInStart: CallTicket?
    /// Takes each result, on the loop's thread.
    var onFinish: (CallTicket, Result<Reply, CallError>) -> Void = { _, _ in }

    init(_ context: LoopContext) { self.context = context }

    /// Starts a call; one that runs on the loop has run up to its first wait when this returns.
    func start(_ ticket: CallTicket, _ call: Call, _ options: JSONRPCSession.CallOptions) {
        if let function = options.function, call.deadline == nil, function.isSafe || !call.requiresSafeMethod {
            return run(ticket, function, call.arguments)
        }
        context.callsInFlight += 1
        let runner = LoopBound(self, on: context.loop)
        let dispatcher = context.dispatcher
        let task =
            options.placement == .onEventLoop
            ? Task.immediate(executorPreference: context.loop) { await runner.run(ticket, call, at: dispatcher) }
            : Task(executorPreference: context.loop.concurrentExecutor) {
                await runner.run(ticket, call, at: dispatcher)
            }
        if endedInStart == ticket { endedInStart = nil } else { tasks[ticket] = task }
    }

    /// Runs a function that answers a call by itself.
    func run(_ ticket: CallTicket, _ function: consuming ImmediateMethod, _ arguments: consuming Payload) {
        context.callsInFlight += 1
        context.loop.send(FunctionCall(ticket, function, arguments, for: LoopBound(self, on: context.loop)))
    }

    /// Cancels a call's task.
    func cancel(_ ticket: CallTicket) { tasks[ticket]?.cancel() }

    /// Cancels all tasks.
    func cancelAll() { for task in tasks.values { task.cancel() } }

    /// Cancels all tasks, and hands nothing in any more.
    func close() {
        cancelAll()
        onFinish = { _, _ in }
    }

    /// Hands a result in.
    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        context.callsInFlight -= 1
        onFinish(ticket, result)
    }

    fileprivate func finishTask(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        if tasks.removeValue(forKey: ticket) == nil { endedInStart = ticket }
        finish(ticket, result)
    }
}

extension LoopBound<CallRunner> {
    /// Asks the dispatcher.
    fileprivate func run(_ ticket: CallTicket, _ call: Call, at dispatcher: any Dispatcher) async {
        let result: Result<Reply, CallError>
        do throws(CallError) {
            result = .success(try await call.answer(from: dispatcher))
        } catch {
            result = .failure(error)
        }
        if loop.isCurrent {
            value.finishTask(ticket, result)
        } else {
            loop.execute { value.finishTask(ticket, result) }
        }
    }
}
