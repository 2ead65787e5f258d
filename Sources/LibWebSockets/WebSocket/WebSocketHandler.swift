/// A type that handles the messages and events of one WebSocket.
///
/// Every function is called on the thread of the socket's loop.
package protocol WebSocketHandler: AnyObject {
    /// Called when the handshake is complete and messages can be sent.
    func opened(_ socket: WebSocket)
    /// Called for each complete message; the bytes are valid until the function returns.
    ///
    /// Text has not been validated, since most handlers read every byte anyway: the handler must close with 1007 if it
    /// is not UTF-8.
    func received(_ message: Span<UInt8>, isBinary: Bool, on socket: WebSocket)
    /// Called when unsent output has been written after ``WebSocket/isCrowded`` was `true`.
    func outputDrained(_ socket: WebSocket)
    /// Called when unsent output exceeds its limits or makes no progress; the handler must close the socket.
    func fellBehind(_ socket: WebSocket)
    /// Called when neither a pong nor other input has arrived in time; the handler must close the socket.
    func wentSilent(_ socket: WebSocket)
    /// Called when the connection makes this process hold too much memory; the handler must close the socket.
    func exceededMemory(_ socket: WebSocket)
    /// Called before this side closes the connection.
    func willClose(_ socket: WebSocket, code: UInt16, reason: String)
    /// Called once after the connection has closed, if ``opened(_:)`` was called.
    func closed(_ socket: WebSocket)
}

extension WebSocketHandler {
    /// Does nothing.
    package func willClose(_ socket: WebSocket, code: UInt16, reason: String) {}
    /// Closes the socket, and discards what it has not sent.
    package func exceededMemory(_ socket: WebSocket) {
        socket.close(code: 1008, reason: "too much memory", droppingQueued: true)
    }
    /// Does nothing.
    package func outputDrained(_ socket: WebSocket) {}
}
