import LibWebSockets
import Postern
import PosternJSONRPC

/// The execution of the calls of one connection.
///
/// Calls begin in the order in which they are started: short ones on the loop, if every earlier call has begun, and all
/// others in a lane on other threads. A call runs in a task, or is answered by a function without one. Its result is
/// delivered on the loop exactly once, unless the runner is closed before. All members must be used on the loop's
/// thread.
final class CallRunner {
    private let context: LoopContext
    /// The gate, created on first use: short calls need none.
    private lazy var results = ResultGate(context)
    /// The lane, created on first use: connections with short calls only need none.
    private var lane: HandlerLane?
    /// The means to cancel the calls in flight.
    private var handles: [CallTicket: Handle] = [:]
    /// The call that ended before its start on the loop returned, so that it needs no handle.
    private var endedInStart: CallTicket?
    /// A function that receives each result on the loop's thread.
    var onFinish: (CallTicket, Result<Reply, CallError>) -> Void = { _, _ in }

    /// The means to cancel a call.
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

    init(_ context: LoopContext) {
        self.context = context
    }

    /// Whether every call has begun, so that a short call may run on the loop without overtaking another.
    var isIdle: Bool { lane?.isIdle ?? true }

    /// Starts a call; a call that runs on the loop has run up to its first suspension when this returns.
    func start(_ ticket: CallTicket, _ call: Call, _ options: JSONRPCSession.CallOptions) {
        if options.placement == .gateway, let status = context.status { return start(ticket, status) }
        let isShort = options.placement == .onEventLoop
        // A function cannot be interrupted, so a call with a deadline runs in a task.
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
            countedBy: context.queuedCalls,
            through: results
        )
        if append(entry, ticket) { handles[ticket] = .call(entry) }
    }

    /// Runs a function that answers a call without a task.
    func run(
        _ ticket: CallTicket,
        _ function: ImmediateMethod,
        _ arguments: Payload,
        _ traits: LaneTraits = LaneTraits(),
        at method: String = ""
    ) {
        // A short function answers at once, unless it would overtake a call that has not begun.
        guard !traits.isShort || !isIdle else {
            return onFinish(ticket, context.reported(function.result(for: arguments), at: method))
        }
        let runner = LoopBound(self, on: context.loop)
        let call = FunctionCall(
            ticket,
            function,
            arguments,
            traits,
            for: runner,
            countedBy: context.queuedCalls,
            through: results
        )
        append(call, ticket)
    }

    /// Answers a call of `rpc.status`.
    private func start(_ ticket: CallTicket, _ status: StatusSource) {
        context.callsInFlight += 1
        let runner = LoopBound(self, on: context.loop)
        handles[ticket] = .task(Task { runner.finishTask(ticket, await status.reply()) })
    }

    /// Starts a task for a call on the loop.
    private func startHere(_ ticket: CallTicket, _ call: Call) {
        context.callsInFlight += 1
        // Saved, since the handler may cause another call to start here.
        let outer = endedInStart
        endedInStart = nil
        let runner = LoopBound(self, on: context.loop)
        let dispatcher = context.dispatcher
        let task = context.loop.start { [results] in
            await runner.run(ticket, call, at: dispatcher, through: results)
        }
        if endedInStart != ticket { handles[ticket] = .task(task) }
        endedInStart = outer
    }

    /// Appends a call to the lane, or answers it with an error if too many calls wait.
    ///
    /// - Returns: Whether the call was appended.
    @discardableResult
    private func append(_ entry: any LaneEntry, _ ticket: CallTicket) -> Bool {
        do throws(CallError) { try context.queuedCalls.add() } catch {
            // A notification is reported as one that was dropped.
            if !entry.traits.isNotification { context.report(.waitingCalls) }
            onFinish(ticket, .failure(error))
            return false
        }
        context.callsInFlight += 1
        if lane == nil { lane = context.makeLane() }
        lane?.append(entry)
        return true
    }

    /// Keeps further calls from beginning until ``release()``.
    func hold() {
        if lane == nil { lane = context.makeLane() }
        lane?.hold()
    }

    /// Starts the calls that wait since ``hold()``.
    func release() {
        guard let lane else { return }
        lane.resume(lane.release())
        // Called when output has been written, which is at the end of a turn, after the loop has flushed the executor.
        context.loop.concurrentExecutor.flush()
    }

    /// Cancels a call; a call that has not begun is answered without running.
    func cancel(_ ticket: CallTicket) { handles[ticket]?.cancel() }

    /// Cancels all calls, since the client has disconnected, and delivers no further results.
    func close() {
        // Breaks the cycle with the session, which the function retains.
        onFinish = { _, _ in }
        let removed = lane?.removeAll().count ?? 0
        context.queuedCalls.remove(removed)
        context.callsInFlight -= removed
        let handles = exchange(&handles, with: [:])
        for handle in handles.values { handle.cancel() }
    }

    /// Delivers the result of a call.
    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        context.callsInFlight -= 1
        onFinish(ticket, context.reported(result))
    }

    fileprivate func finishTask(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        // A call without a handle ends while `startHere` is executing, which must not store one, or after `close()`.
        if handles.removeValue(forKey: ticket) == nil { endedInStart = ticket }
        finish(ticket, result)
    }
}

extension LoopBound<CallRunner> {
    /// Calls the dispatcher, and delivers the result.
    func run(_ ticket: CallTicket, _ call: Call, at dispatcher: any Dispatcher, through gate: ResultGate) async {
        let result: Result<Reply, CallError>
        let began = ContinuousClock.now
        do throws(CallError) {
            result = .success(try await gate.prepared(try await call.answer(from: dispatcher)))
        } catch {
            result = .failure(error.thrown(at: call.method, after: .now - began))
        }
        guard !loop.isCurrent else { return value.finishTask(ticket, result) }
        let departing = gate.departing(result)
        loop.execute {
            gate.arrived(departing)
            value.finishTask(ticket, departing)
        }
    }

    /// Delivers the result of a task on the loop.
    func finishTask(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        if loop.isCurrent {
            value.finishTask(ticket, result)
        } else {
            loop.execute { value.finishTask(ticket, result) }
        }
    }
}

extension HandlerLane: ConcurrentWork {}
