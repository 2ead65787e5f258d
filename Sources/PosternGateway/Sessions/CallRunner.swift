import LibWebSockets
import Postern
import PosternJSONRPC

/// Runs the calls of one connection, and brings their results back to the loop.
///
/// All members belong to the loop's thread. Calls begin in the order in which they are handed in: short ones here, if
/// none before them has yet to begin, all others in a lane. A call runs in a task, or is answered by a function without
/// one. Its result is handed in exactly once, unless the runner was closed before.
final class CallRunner {
    private let context: LoopContext
    /// Made when first needed: where all calls are short there is none.
    private var lane: HandlerLane?
    private var handles: [CallTicket: Handle] = [:]
    private var endedInStart: CallTicket?
    /// Takes each result, on the loop's thread.
    var onFinish: (CallTicket, Result<Reply, CallError>) -> Void = { _, _ in }

    /// What cancels a call.
    private enum Handle {
        case task(Task<Void, Never>)
        case call(TaskCall)

        func cancel() {
            switch self {
            case .task(let task): task.cancel()
            case .call(let call): call.cancel()
            }
        }
    }

    init(_ context: LoopContext) { self.context = context }

    /// Whether every call has begun, so that a short one may be run without overtaking another.
    var isIdle: Bool { lane?.isIdle ?? true }

    /// Starts a call; one that runs here has run up to its first wait when this returns.
    func start(_ ticket: CallTicket, _ call: Call, _ options: JSONRPCSession.CallOptions) {
        let isShort = options.placement == .onEventLoop
        if let function = options.function, call.deadlineMoment == nil, function.isSafe || !call.requiresSafeMethod {
            let traits = LaneTraits(isNotification: call.isNotification, isShort: isShort)
            return run(ticket, function, call.arguments, traits, at: call.method)
        }
        guard !isShort || !isIdle else { return startHere(ticket, call) }
        let entry = TaskCall(
            ticket,
            call,
            isShort: isShort,
            at: context.dispatcher,
            for: LoopBound(self, on: context.loop),
            countedBy: context.queuedCalls
        )
        if append(entry, ticket) { handles[ticket] = .call(entry) }
    }

    /// Runs a function that answers a call by itself.
    func run(
        _ ticket: CallTicket,
        _ function: ImmediateMethod,
        _ arguments: Payload,
        _ traits: LaneTraits = LaneTraits(),
        at method: String = ""
    ) {
        guard !traits.isShort || !isIdle else {
            return onFinish(ticket, context.reported(function.result(for: arguments), at: method))
        }
        let runner = LoopBound(self, on: context.loop)
        append(FunctionCall(ticket, function, arguments, traits, for: runner, countedBy: context.queuedCalls), ticket)
    }

    private func startHere(_ ticket: CallTicket, _ call: Call) {
        context.callsInFlight += 1
        let outer = endedInStart
        endedInStart = nil
        let runner = LoopBound(self, on: context.loop)
        let dispatcher = context.dispatcher
        let task = context.loop.start { await runner.run(ticket, call, at: dispatcher) }
        if endedInStart != ticket { handles[ticket] = .task(task) }
        endedInStart = outer
    }

    /// - Returns: Whether there was room.
    @discardableResult
    private func append(_ entry: any LaneEntry, _ ticket: CallTicket) -> Bool {
        do throws(CallError) { try context.queuedCalls.add() } catch {
            onFinish(ticket, .failure(error))
            return false
        }
        context.callsInFlight += 1
        if lane == nil { lane = context.makeLane() }
        lane?.append(entry)
        return true
    }

    /// Lets no further call begin until ``release()``.
    func hold() {
        if lane == nil { lane = context.makeLane() }
        lane?.hold()
    }

    /// Lets calls begin again.
    func release() {
        guard let lane else { return }
        lane.resume(lane.release())
        // Output leaves at the very end of a turn, behind the time at which the loop starts calls by itself.
        context.loop.concurrentExecutor.flush()
    }

    /// Cancels a call; one that has not begun is answered without being run.
    func cancel(_ ticket: CallTicket) { handles[ticket]?.cancel() }

    /// Cancels all calls for a client that has left: those that have not begun never do, and nothing is handed in any
    /// more.
    func close() {
        onFinish = { _, _ in }
        let removed = lane?.removeAll().count ?? 0
        context.queuedCalls.remove(removed)
        context.callsInFlight -= removed
        let handles = exchange(&handles, with: [:])
        for handle in handles.values { handle.cancel() }
    }

    /// Hands a result in.
    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        context.callsInFlight -= 1
        onFinish(ticket, context.reported(result))
    }

    fileprivate func finishTask(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        if handles.removeValue(forKey: ticket) == nil { endedInStart = ticket }
        finish(ticket, result)
    }
}

extension LoopBound<CallRunner> {
    /// Asks the dispatcher.
    func run(_ ticket: CallTicket, _ call: Call, at dispatcher: any Dispatcher) async {
        let result: Result<Reply, CallError>
        let began = ContinuousClock.now
        do throws(CallError) {
            result = .success(try await call.answer(from: dispatcher))
        } catch {
            result = .failure(error.thrown(at: call.method, after: .now - began))
        }
        finishTask(ticket, result)
    }

    /// Brings the result of a task to the loop.
    func finishTask(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        if loop.isCurrent {
            value.finishTask(ticket, result)
        } else {
            loop.execute { value.finishTask(ticket, result) }
        }
    }
}

extension HandlerLane: ConcurrentWork {}
