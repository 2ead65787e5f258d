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

    /// 200.
    package static let ok = HTTPStatus(200, "OK")
    /// 202.
    package static let accepted = HTTPStatus(202, "Accepted")
    /// 204.
    package static let noContent = HTTPStatus(204, "No Content")
    /// 304.
    package static let notModified = HTTPStatus(304, "Not Modified")
    /// 400.
    package static let badRequest = HTTPStatus(400, "Bad Request")
    /// 401.
    package static let unauthorized = HTTPStatus(401, "Unauthorized")
    /// 403.
    package static let forbidden = HTTPStatus(403, "Forbidden")
    /// 404.
    package static let notFound = HTTPStatus(404, "Not Found")
    /// 405.
    package static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    /// 406.
    package static let notAcceptable = HTTPStatus(406, "Not Acceptable")
    /// 408.
    package static let requestTimeout = HTTPStatus(408, "Request Timeout")
    /// 413.
    package static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    /// 414.
    package static let uriTooLong = HTTPStatus(414, "URI Too Long")
    /// 415.
    package static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    /// 417.
    package static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    /// 421.
    package static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    /// 426.
    package static let upgradeRequired = HTTPStatus(426, "Upgrade Required")
    /// 429.
    package static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    /// 431.
    package static let requestHeaderFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    /// 500.
    package static let internalServerError = HTTPStatus(500, "Internal Server Error")
    /// 501.
    package static let notImplemented = HTTPStatus(501, "Not Implemented")
    /// 503.
    package static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    /// 505.
    package static let versionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")
}
