/// What a program does with the requests of one loop.
///
/// Every function is called on the loop's thread.
package protocol HTTPService: AnyObject {
    /// Header fields that every answer to a request has besides its own, whatever it is; asked for before
    /// ``admit(_:from:)``, and before a refusal with the head as far as it was read.
    func fieldsOfAnswers(to request: HTTPRequestHead?) -> PreparedFields
    /// Decides about a request when its head has arrived, before its body is read.
    func admit(_ request: HTTPRequestHead, from address: String) -> HTTPAdmission
    /// Answers a request that was admitted with `.readBody`; its whole body has arrived.
    ///
    /// The answer may come later, from the same thread.
    func respond(to exchange: HTTPExchange)
    /// The answer to a request that the gate refused; the connection is closed after it.
    ///
    /// - Parameters:
    ///   - refusal: The status and the reason.
    ///   - request: The head as far as it was read; `nil` when not even its first line was understood.
    ///   - address: The address of the client, without its port.
    /// - Returns: The answer; fields that the status needs are in `refusal.headers`.
    func refusal(_ refusal: HTTPRefusal, of request: HTTPRequestHead?, from address: String) -> HTTPResponse
    /// Whether ``answered(_:with:after:to:)`` is called; asked once.
    var observesAnswers: Bool { get }
    /// A request was answered, or its client disconnected before, which has the status 499.
    ///
    /// Called once for each request that is not upgraded; for a stream, when it has ended. The duration is the time from
    /// the request being whole.
    func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String)
    /// A connection was closed as soon as it was accepted, because there are too many.
    func rejectedConnection(from address: String)
}

extension HTTPService {
    /// The reason as plain text.
    package func refusal(_ refusal: HTTPRefusal, of request: HTTPRequestHead?, from address: String) -> HTTPResponse {
        refusal.response
    }
    /// Does nothing.
    package func rejectedConnection(from address: String) {}
    /// No.
    package var observesAnswers: Bool { false }
    /// Does nothing.
    package func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String) {
    }
    /// None.
    package func fieldsOfAnswers(to request: HTTPRequestHead?) -> PreparedFields { .none }
}

/// What becomes of a request.
package enum HTTPAdmission {
    /// Its body is read, up to so many bytes, and the request is handed to ``HTTPService/respond(to:)``.
    case readBody(atMost: Int)
    /// It is answered at once; a body is not read, and then the connection is closed.
    case answer(HTTPResponse)
    /// It is a WebSocket handshake that is accepted; `subprotocol` is echoed when it was offered.
    case upgrade(any WebSocketHandler, WebSocketLimits, subprotocol: Bool)
}
