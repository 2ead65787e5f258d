/// A handshake that was accepted, and is not in the hands of libwebsockets yet.
struct WebSocketUpgrade {
    let request: HTTPRequestHead
    let handler: any WebSocketHandler
    let limits: WebSocketLimits
    /// Whether the answer names our subprotocol.
    let echoesSubprotocol: Bool
}
