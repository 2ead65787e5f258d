/// A status code of HTTP with its reason phrase (RFC 9110 section 15).
package struct HTTPStatus: Hashable, Sendable {
    /// The status code.
    package let code: Int
    /// The reason phrase.
    package let phrase: String

    /// Creates a status.
    package init(_ code: Int, _ phrase: String) {
        self.code = code
        self.phrase = phrase
    }

    /// OK.
    package static let ok = HTTPStatus(200, "OK")
    /// Accepted.
    package static let accepted = HTTPStatus(202, "Accepted")
    /// No Content.
    package static let noContent = HTTPStatus(204, "No Content")
    /// Not Modified.
    package static let notModified = HTTPStatus(304, "Not Modified")
    /// Bad Request.
    package static let badRequest = HTTPStatus(400, "Bad Request")
    /// Unauthorized.
    package static let unauthorized = HTTPStatus(401, "Unauthorized")
    /// Forbidden.
    package static let forbidden = HTTPStatus(403, "Forbidden")
    /// Not Found.
    package static let notFound = HTTPStatus(404, "Not Found")
    /// Method Not Allowed.
    package static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    /// Not Acceptable.
    package static let notAcceptable = HTTPStatus(406, "Not Acceptable")
    /// Request Timeout.
    package static let requestTimeout = HTTPStatus(408, "Request Timeout")
    /// Content Too Large.
    package static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    /// URI Too Long.
    package static let uriTooLong = HTTPStatus(414, "URI Too Long")
    /// Unsupported Media Type.
    package static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    /// Expectation Failed.
    package static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    /// Misdirected Request.
    package static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    /// Upgrade Required.
    package static let upgradeRequired = HTTPStatus(426, "Upgrade Required")
    /// Too Many Requests.
    package static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    /// Request Header Fields Too Large.
    package static let requestHeaderFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    /// Internal Server Error.
    package static let internalServerError = HTTPStatus(500, "Internal Server Error")
    /// Not Implemented.
    package static let notImplemented = HTTPStatus(501, "Not Implemented")
    /// Service Unavailable.
    package static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    /// HTTP Version Not Supported.
    package static let versionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")
}
