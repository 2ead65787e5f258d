/// What a program does with one WebSocket.
///
/// Every function is called on the thread of the socket's loop.
package protocol WebSocketHandler: AnyObject {
    /// The handshake is done: messages may be sent.
    func opened(_ socket: WebSocket)
    /// One whole message has arrived. Whether text is valid UTF-8 is for the handler to check, and to close with 1007
    /// where it is not: most handlers read every byte anyway. The bytes are gone when this returns.
    func received(_ message: Span<UInt8>, isBinary: Bool, on socket: WebSocket)
    /// What was more than ``WebSocket/isCrowded`` allows has left.
    func outputDrained(_ socket: WebSocket)
    /// More output is waiting than the socket may hold, or none has left for too long. The socket must be closed.
    func fellBehind(_ socket: WebSocket)
    /// Neither a pong nor anything else came in time. The socket must be closed.
    func wentSilent(_ socket: WebSocket)
    /// This side is about to close the connection, for a reason of its own.
    func willClose(_ socket: WebSocket, code: UInt16, reason: String)
    /// The connection is gone; called once, after ``opened(_:)``. Nothing can be sent any more.
    func closed(_ socket: WebSocket)
}

extension WebSocketHandler {
    /// Does nothing.
    package func willClose(_ socket: WebSocket, code: UInt16, reason: String) {}
    /// Does nothing.
    package func outputDrained(_ socket: WebSocket) {}
}
