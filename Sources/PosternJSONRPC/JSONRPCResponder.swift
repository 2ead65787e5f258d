public import Postern

/// Answers JSON-RPC messages one by one, for transports with one response for each request, such as HTTP.
public enum JSONRPCResponder {
    /// Runs all calls of a message and returns the response.
    ///
    /// Methods that return streams, and arguments with references, fail: they need a connection that lasts. Cancelling
    /// the task cancels the calls.
    ///
    /// - Parameters:
    ///   - message: A request, a notification or a batch, as JSON.
    ///   - dispatcher: The dispatcher that serves the calls, such as a `Router`.
    ///   - limits: The limits on what the client may request.
    ///   - information: The title and version for discovery.
    ///   - observer: The receiver of reports about failed handlers and dropped notifications.
    /// - Returns: The response as JSON, or `nil` if the message has only notifications. Text that is not JSON gets a
    ///   response with the error -32700.
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
        output.append(pieces: actions.takeResponse())
        await withTaskGroup(of: (CallTicket, Result<Reply, CallError>).self) { group in
            while true {
                for action in actions {
                    switch action {
                    case .start(let call, let ticket, _):
                        group.addTask { (ticket, await result(of: call, from: dispatcher)) }
                    case .run(let function, let arguments, let ticket):
                        group.addTask { (ticket, function.result(for: arguments)) }
                    // A batch may cancel a call of its own: the call runs to its end, and its response says that it
                    // was cancelled. All other actions need a connection that lasts.
                    default: break
                    }
                }
                actions = []
                // Each result may start calls of a batch that wait for their turn, so it is finished at once.
                guard let (ticket, result) = await group.next() else { return }
                session.finish(ticket, with: result, into: &output, actions: &actions)
                output.append(pieces: actions.takeResponse())
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
