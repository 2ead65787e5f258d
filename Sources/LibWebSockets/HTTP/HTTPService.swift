/// A type that responds to the requests of one loop.
///
/// Every requirement is used on the loop's thread.
package protocol HTTPService: AnyObject {
    /// Returns the header fields that are added to every response to a request, refusals included.
    ///
    /// Called before ``admit(_:from:)``; before a refusal, with the head as far as it was parsed.
    func fieldsOfAnswers(to request: HTTPRequestHead?) -> PreparedFields
    /// Decides how to handle a request after its head has arrived, before its body is read.
    func admit(_ request: HTTPRequestHead, from address: String) -> HTTPAdmission
    /// Responds to a request that was admitted with `.readBody`, once its body is complete.
    ///
    /// The response may be sent later, on the same thread.
    func respond(to exchange: HTTPExchange)
    /// Returns the response to a request that was refused because of its form; the connection is closed after it.
    ///
    /// - Parameters:
    ///   - refusal: The status and the reason.
    ///   - request: The head as far as it was parsed; `nil` if its first line is malformed.
    ///   - address: The address of the client, without the port.
    /// - Returns: The response, which must have the fields of `refusal.headers`.
    func refusal(_ refusal: HTTPRefusal, of request: HTTPRequestHead?, from address: String) -> HTTPResponse
    /// Whether ``answered(_:with:after:to:)`` is called; read once.
    var observesAnswers: Bool { get }
    /// Called once for each request that is not upgraded, after its response; for a stream, after its end.
    ///
    /// - Parameters:
    ///   - request: The head as far as it was parsed; `nil` if its first line is malformed.
    ///   - status: The status of the response; 499 if the client disconnected before it.
    ///   - duration: The time since the request was complete.
    ///   - address: The address of the client, without the port.
    func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String)
    /// Called when a connection was closed, or not accepted, because of a limit of the server.
    ///
    /// - Parameters:
    ///   - address: The address of the peer, without the port; empty if it is unknown.
    ///   - cause: The limit.
    func rejectedConnection(from address: String, because cause: HTTPRejection)
    /// Called before a connection is closed because it makes this process hold too much memory.
    func cutConnection(from address: String)
    /// Called before a connection is closed because its client reads the response too slowly or not at all.
    func cutSlowReader(at address: String)
}

extension HTTPService {
    /// Returns a response with the reason as plain text.
    package func refusal(_ refusal: HTTPRefusal, of request: HTTPRequestHead?, from address: String) -> HTTPResponse {
        refusal.response
    }
    /// Does nothing.
    package func rejectedConnection(from address: String, because cause: HTTPRejection) {}
    /// Does nothing.
    package func cutConnection(from address: String) {}
    /// Does nothing.
    package func cutSlowReader(at address: String) {}
    /// `false` by default.
    package var observesAnswers: Bool { false }
    /// Does nothing.
    package func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String) {
    }
    /// Returns an empty list.
    package func fieldsOfAnswers(to request: HTTPRequestHead?) -> PreparedFields { .none }
}

/// A service's decision about a request.
package enum HTTPAdmission {
    /// The body is read, up to a number of bytes, and the request passed to ``HTTPService/respond(to:)``.
    case readBody(atMost: Int)
    /// The response is sent at once. If the request has a body, it is not read, and the connection is closed.
    case answer(HTTPResponse)
    /// The WebSocket handshake is accepted; `subprotocol` is whether the server's subprotocol is confirmed.
    case upgrade(any WebSocketHandler, WebSocketLimits, subprotocol: Bool)
}
