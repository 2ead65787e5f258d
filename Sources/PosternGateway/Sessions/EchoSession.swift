import LibWebSockets

/// Sends every message back as it came, for WebSocket conformance suites.
final class EchoSession: WebSocketHandler {
    /// Conformance suites send messages of this size.
    static let messageBytes = 16 << 20

    func opened(_ socket: WebSocket) {}

    func received(_ message: Span<UInt8>, isBinary: Bool, on socket: WebSocket) {
        guard isBinary || message.isUTF8 else { return CloseCode.notUTF8.close(socket) }
        socket.send(message, isBinary: isBinary)
    }

    func fellBehind(_ socket: WebSocket) { CloseCode.slowConsumer.close(socket, droppingQueued: true) }
    func wentSilent(_ socket: WebSocket) { CloseCode.noPong.close(socket) }
    func closed(_ socket: WebSocket) {}
}
