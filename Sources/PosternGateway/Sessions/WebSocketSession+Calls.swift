import LibWebSockets
import Postern
import PosternJSONRPC

/// Results of calls, and calls of handlers to the client.
extension WebSocketSession {
    /// The number of batches that wait for their responses.
    var openBatches: Int { session.openBatches }

    /// The client as handlers call it; created on first use, and retains the session until ``closed(_:)``.
    private var client: JSONRPCClient {
        if let madeClient { return madeClient }
        let session = LoopBound(self, on: context.loop)
        let client = JSONRPCClient(limits: context.configuration.messages) {
            session.loop.execute { session.value.sendClientMessages() }
        }
        if let socket {
            let observer = context.observer
            client.references.countMemory(in: socket.makeTally()) { observer.observe(.budgetReached($0)) }
        }
        madeClient = client
        return client
    }

    /// Adds the caller and the references to a call.
    ///
    /// - Returns: The call and its options; `nil` if the call has been answered with an error.
    func admitted(
        _ call: Call,
        _ options: JSONRPCSession.CallOptions,
        _ ticket: CallTicket
    ) -> (Call, JSONRPCSession.CallOptions)? {
        var (call, options) = (call, options)
        do throws(CallError) {
            try client.admit(&call, &options)
            return (call, options)
        } catch {
            reportReferences(error)
            finish(ticket, .failure(error))
            useReferences { _ in }
            return nil
        }
    }

    /// Sends the result of a call.
    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        // Messages that the handler sent to the client precede its result.
        sendClientMessages()
        var result = hasRoom(for: result) ? result : .failure(.noRoomForAnswer)
        if JSONRPCClient.isNeeded(for: result) {
            result = client.outgoing(result)
            if case .failure(let error) = result { reportReferences(error) }
        }
        send(isAnswer: true) { $0.finish(ticket, with: result, into: &$1, actions: &$2) }
    }

    /// Returns whether a result fits into the limit of unsent output.
    ///
    /// Holding back calls is not enough: calls that another process serves have already begun when the first large
    /// result arrives.
    private func hasRoom(for result: Result<Reply, CallError>) -> Bool {
        guard let socket, socket.isCrowded, case .success(.value(let payload)) = result else { return true }
        if socket.hasRoom(forAnswer: payload.bytes.count) { return true }
        context.report(.unsentOutput)
        return false
    }

    /// Reports a call whose references are more than one side may hold of the other.
    private func reportReferences(_ error: CallError) {
        if error.code == .tooManyReferences { context.report(.references) }
    }

    /// Sends progress that a handler reports.
    func report(_ ticket: CallTicket, _ value: Payload) {
        guard let value = value.holdsReferences ? client.outgoing(value) : value else { return }
        send { session, output, _ in session.progress(ticket, value, into: &output) }
    }

    /// Returns an item with its references encoded for the client, or unchanged if that fails, which ends its stream.
    func outgoing(_ item: StreamItem) -> StreamItem {
        sendClientMessages()
        guard item.payload.holdsReferences, let payload = client.outgoing(item.payload) else { return item }
        return StreamItem(payload, offset: item.offset)
    }

    /// Calls `body` with the client, and closes the connection if the client has violated the rules of references.
    func useReferences(_ body: (JSONRPCClient) -> Void) {
        body(client)
        if let violation = client.violation, let socket { CloseCode.abuse(violation).close(socket) }
    }

    /// Sends the messages of handlers to the client.
    private func sendClientMessages() {
        guard let madeClient else { return }
        for message in madeClient.takeMessages() {
            send { session, output, _ in session.append(message, into: &output) }
        }
    }
}
