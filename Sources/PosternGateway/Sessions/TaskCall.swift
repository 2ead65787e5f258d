import LibWebSockets
import Postern
import PosternJSONRPC
import Synchronization

/// A call that runs in a task, and that can be cancelled before it has begun.
final class TaskCall: LaneEntry {
    private struct State {
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let runner: LoopBound<CallRunner>
    private let ticket: CallTicket
    private let call: Call
    private let queuedCalls: QueuedCallCounter
    let traits: LaneTraits
    private let dispatcher: any Dispatcher
    private let results: ResultGate
    private let state = Mutex(State())

    init(
        _ ticket: CallTicket,
        _ call: Call,
        isShort: Bool,
        at dispatcher: any Dispatcher,
        for runner: LoopBound<CallRunner>,
        countedBy queuedCalls: QueuedCallCounter,
        through results: ResultGate
    ) {
        self.ticket = ticket
        self.call = call
        self.results = results
        self.dispatcher = dispatcher
        self.runner = runner
        self.queuedCalls = queuedCalls
        traits = LaneTraits(isNotification: call.isNotification, isShort: isShort)
    }

    /// Starts the task on the current thread.
    func begin() {
        queuedCalls.remove()
        guard !state.withLock({ $0.isCancelled }) else { return runner.finishTask(ticket, .failure(Self.cancelled)) }
        let task = Task.immediate { [runner, ticket, call, dispatcher, results] in
            await runner.run(ticket, call, at: dispatcher, through: results)
        }
        // A cancellation since the check above has not found the task.
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Cancels the task; a call that has not begun does not run.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    private static let cancelled = CallError(.cancelled, "The caller cancelled", ran: .no)
}
