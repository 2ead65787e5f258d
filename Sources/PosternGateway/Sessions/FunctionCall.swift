import LibWebSockets
import Postern
import PosternJSONRPC
import Synchronization

/// A call that is answered by a function on another thread, without a task.
///
/// The same object is the entry of the lane and the errand that returns to the loop, which saves allocations.
final class FunctionCall: LaneEntry, Errand {
    private let runner: LoopBound<CallRunner>
    private let ticket: CallTicket
    private let function: ImmediateMethod
    private let arguments: Payload
    private let queuedCalls: QueuedCallCounter
    private let results: ResultGate
    let traits: LaneTraits
    private let result = Mutex<Result<Reply, CallError>?>(nil)

    init(
        _ ticket: CallTicket,
        _ function: ImmediateMethod,
        _ arguments: Payload,
        _ traits: LaneTraits,
        for runner: LoopBound<CallRunner>,
        countedBy queuedCalls: QueuedCallCounter,
        through results: ResultGate
    ) {
        self.ticket = ticket
        self.function = function
        self.arguments = arguments
        self.traits = traits
        self.runner = runner
        self.queuedCalls = queuedCalls
        self.results = results
    }

    /// Calls the function, and returns to the loop.
    func begin() {
        queuedCalls.remove()
        let began = ContinuousClock.now
        let found = function.result(for: arguments).mapError { $0.thrown(at: "", after: .now - began) }
        let departing = results.departing(found)
        result.withLock { $0 = departing }
        runner.loop.takeBack(self)
    }

    /// Delivers the result on the loop's thread.
    func finish() {
        guard let found = result.withLock({ $0.take() }) else { return }
        results.arrived(found)
        runner.value.finish(ticket, found)
    }
}
