public import Postern

/// Answers one message as a whole, for doors that send one response to one request.
public enum JSONRPCResponder {
    /// Runs everything a message asks for, and waits for all of it.
    ///
    /// Subscriptions are refused. Cancelling the task cancels the calls.
    ///
    /// - Parameters:
    ///   - message: One JSON-RPC message: a request, or a batch.
    ///   - dispatcher: What answers the calls.
    ///   - limits: What the client may ask for.
    ///   - information: What is told of this server in discovery.
    ///   - observer: Takes reports of handlers that fail.
    /// - Returns: The response; `nil` when there is none, because only notifications came.
    public static func respond(
        to message: [UInt8],
        from dispatcher: some Dispatcher,
        limits: JSONRPCLimits = JSONRPCLimits(),
        information: ServerInformation = ServerInformation(),
        observer: (any IncidentObserver)? = nil
    ) async -> [UInt8]? {
        let settings = JSONRPCSettings(limits: limits, information: information, observer: observer)
        var session = JSONRPCSession(settings, allowsSubscriptions: false)
        var output: [UInt8] = []
        var actions: [JSONRPCSession.Action] = []
        session.receive(message.span, from: dispatcher, now: .now, into: &output, actions: &actions)
        await withTaskGroup(of: (CallTicket, Result<Reply, CallError>).self) { group in
            while true {
                for action in actions {
                    switch action {
                    case .start(let call, let ticket, _):
                        group.addTask { (ticket, await result(of: call, from: dispatcher)) }
                    case .run(let function, let arguments, let ticket):
                        group.addTask { (ticket, function.result(for: arguments)) }
                    default: break
                    }
                }
                actions = []
                guard let (ticket, result) = await group.next() else { return }
                session.finish(ticket, with: result, into: &output, actions: &actions)
            }
        }
        return output.isEmpty ? nil : output
    }

    private static func result(of call: Call, from dispatcher: some Dispatcher) async -> Result<Reply, CallError> {
        do throws(CallError) {
            return .success(try await dispatcher.dispatch(call))
        } catch {
            return .failure(error.thrown(at: call.method))
        }
    }
}
