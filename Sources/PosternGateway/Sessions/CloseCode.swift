import LibWebSockets

/// The gateway's own close codes: clients come back after 4000–4499, and do not after 4500–4999.
struct CloseCode {
    let code: UInt16
    let reason: String

    static let notUTF8 = CloseCode(code: 1007, reason: "text is not UTF-8")
    static let draining = CloseCode(code: 4101, reason: "draining")
    static let slowConsumer = CloseCode(code: 4408, reason: "slow consumer")
    static let noPong = CloseCode(code: 4412, reason: "no pong")

    /// The client breaks the rules of the protocol.
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
