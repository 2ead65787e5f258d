/// The reason why a request was refused because of its form, before it reached the service.
///
/// The connection is closed after the response, except after ``tooManyOfOneClient``.
package struct HTTPRefusal: Error, Hashable, Sendable {
    /// The status of the response.
    package let status: HTTPStatus
    /// A sentence for people that names the field or value, and what to send instead.
    package let reason: String

    init(_ status: HTTPStatus, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    /// Returns a refusal of a request that is not HTTP, or that two servers could interpret differently.
    static func malformed(_ reason: String) -> HTTPRefusal { HTTPRefusal(.badRequest, reason) }

    static func bodyTooLarge(limit: Int) -> HTTPRefusal {
        HTTPRefusal(.contentTooLarge, "The body may have \(limit) bytes; send less, or in parts")
    }
    static let headTooSlow = HTTPRefusal(.requestTimeout, "The head of the request did not arrive in time")
    static let headEnded = malformed("The client stopped sending before the end of the head")
    static let bodyEnded = malformed("The client stopped sending before the end of the body that the head announced")
    static let bodyTooSlow = HTTPRefusal(.requestTimeout, "The body of the request did not arrive in time")
    static let tooManyOfOneClient = HTTPRefusal(
        .tooManyRequests,
        "The client has as many requests and WebSockets as one address may have; try again later"
    )
    static let stopping = HTTPRefusal(.serviceUnavailable, "The server stopped before the request had arrived")

    static let tooMuchMemory = HTTPRefusal(
        .serviceUnavailable,
        "The server holds as much for its clients as it may; send the request again later"
    )

    /// The header fields that a response with this status needs.
    package var headers: [(name: String, value: String)] {
        switch status {
        case .methodNotAllowed: [("Allow", "GET, HEAD, POST")]
        case .serviceUnavailable, .tooManyRequests: [("Retry-After", "1")]
        case .unsupportedMediaType: [("Accept-Encoding", "identity")]
        case .upgradeRequired:
            [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")]
        default: []
        }
    }

    var response: HTTPResponse {
        var response = HTTPResponse(status, text: "\(reason)\n")
        response.headers.append(contentsOf: headers)
        return response
    }
}
