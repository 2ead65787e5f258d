import LibWebSockets
import Postern
import PosternJSONRPC

/// References, and calls of handlers to the client.
extension WebSocketSession {
    /// What handlers call back; holds the session until `closed`.
    private var client: JSONRPCClient {
        if let madeClient { return madeClient }
        let session = LoopBound(self, on: context.loop)
        let client = JSONRPCClient(limits: context.configuration.messages) {
            session.loop.execute { session.value.sendClientMessages() }
        }
        madeClient = client
        return client
    }

    /// Completes a call with its caller and its references; `nil` when it was answered with an error.
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
            finish(ticket, .failure(error))
            useReferences { _ in }
            return nil
        }
    }

    /// Hands a result in; what its handler told the client before leaves before it.
    func finish(_ ticket: CallTicket, _ result: Result<Reply, CallError>) {
        sendClientMessages()
        var result = hasRoom(for: result) ? result : .failure(.noRoomForAnswer)
        if JSONRPCClient.isNeeded(for: result) { result = client.outgoing(result) }
        send(isAnswer: true) { $0.finish(ticket, with: result, into: &$1, actions: &$2) }
    }

    /// Whether a result may wait behind the output that waits.
    ///
    /// Calls that another process serves have all begun when the first large answer arrives: holding calls back does
    /// not limit what they return.
    private func hasRoom(for result: Result<Reply, CallError>) -> Bool {
        guard let socket, socket.isCrowded, case .success(.value(let payload)) = result else { return true }
        return socket.hasRoom(forAnswer: payload.bytes.count)
    }

    /// Sends what a handler reports.
    func report(_ ticket: CallTicket, _ value: Payload) {
        guard let value = value.holdsReferences ? client.outgoing(value) : value else { return }
        send { session, output, _ in session.progress(ticket, value, into: &output) }
    }

    /// An item with its references named for the client; one that cannot be named ends its stream.
    func outgoing(_ item: StreamItem) -> StreamItem {
        sendClientMessages()
        guard item.payload.holdsReferences, let payload = client.outgoing(item.payload) else { return item }
        return StreamItem(payload, offset: item.offset)
    }

    /// Does something with references, and closes the connection of a client that breaks their rules.
    func useReferences(_ body: (JSONRPCClient) -> Void) {
        body(client)
        if let violation = client.violation, let socket { CloseCode.abuse(violation).close(socket) }
    }

    /// Sends what handlers want to tell the client.
    private func sendClientMessages() {
        guard let madeClient else { return }
        for message in madeClient.takeMessages() {
            send { session, output, _ in session.append(message, into: &output) }
        }
    }
}
