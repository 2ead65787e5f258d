/// The behaviour of one WebSocket of a load generator; all members run on its event loop.
package protocol Workload: AnyObject {
    /// Called when the handshake is complete.
    func opened(_ socket: RawWebSocket)
    /// Called for each message.
    func received(_ message: Span<UInt8>, on socket: RawWebSocket)
    /// Called when the connection has closed; by default nothing is done.
    func closed(_ socket: RawWebSocket)
}

extension Workload {
    /// Does nothing.
    package func closed(_ socket: RawWebSocket) {}
}

/// The error of a WebSocket whose connection has closed before its handshake was complete.
package struct ConnectionClosed: Error, CustomStringConvertible {
    /// The text of the error.
    package var description: String { "The gateway closed a connection" }
}
