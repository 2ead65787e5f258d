import LibWebSockets

/// A WebSocket close code with a reason.
///
/// Clients should reconnect after the codes 4000 to 4499, and should not after 4500 to 4999.
struct CloseCode {
    let code: UInt16
    let reason: String

    static let notUTF8 = CloseCode(code: 1007, reason: "text is not UTF-8")
    static let draining = CloseCode(code: 4101, reason: "draining")
    static let slowConsumer = CloseCode(code: 4408, reason: "slow consumer")
    static let tooMuchMemory = CloseCode(code: 4429, reason: "too much memory")
    static let noPong = CloseCode(code: 4412, reason: "no pong")

    /// Returns the close code for a client that violates the protocol.
    static func abuse(_ reason: String) -> CloseCode { CloseCode(code: 4503, reason: reason) }

    /// Closes a socket with this code.
    func close(_ socket: WebSocket, droppingQueued: Bool = false) {
        socket.close(code: code, reason: reason, droppingQueued: droppingQueued)
    }
}

extension Span<UInt8> {
    /// Whether the bytes are valid UTF-8.
    var isUTF8: Bool { (try? UTF8Span(validating: self)) != nil }
}
