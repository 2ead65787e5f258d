import LibWebSockets
import Postern
import PosternJSONRPC
import Synchronization

/// A call that a function answers without a task, on its way to another thread and back.
final class FunctionCall: Errand {
    private let runner: LoopBound<CallRunner>
    private let ticket: CallTicket
    private let function: ImmediateMethod
    private let arguments: Payload
    private let result = Mutex<Result<Reply, CallError>?>(nil)

    init(_ ticket: CallTicket, _ function: ImmediateMethod, _ arguments: Payload, for runner: LoopBound<CallRunner>) {
        self.ticket = ticket
        self.function = function
        self.arguments = arguments
        self.runner = runner
    }

    var loop: EventLoop { runner.loop }

    func run() {
        let found = function.result(for: arguments)
        result.withLock { $0 = found }
    }

    func finish() {
        if let found = result.withLock({ $0.take() }) { runner.value.finish(ticket, found) }
    }
}
