/// A status of HTTP (RFC 9110 section 15).
public struct HTTPStatus: Hashable, Sendable {
    /// The number.
    public let code: Int
    /// The words behind it.
    public let phrase: String

    /// Makes a status.
    public init(_ code: Int, _ phrase: String) {
        self.code = code
        self.phrase = phrase
    }

    /// 200.
    public static let ok = HTTPStatus(200, "OK")
    /// 202.
    public static let accepted = HTTPStatus(202, "Accepted")
    /// 204.
    public static let noContent = HTTPStatus(204, "No Content")
    /// 304.
    public static let notModified = HTTPStatus(304, "Not Modified")
    /// 400.
    public static let badRequest = HTTPStatus(400, "Bad Request")
    /// 401.
    public static let unauthorized = HTTPStatus(401, "Unauthorized")
    /// 403.
    public static let forbidden = HTTPStatus(403, "Forbidden")
    /// 404.
    public static let notFound = HTTPStatus(404, "Not Found")
    /// 405.
    public static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    /// 406.
    public static let notAcceptable = HTTPStatus(406, "Not Acceptable")
    /// 408.
    public static let requestTimeout = HTTPStatus(408, "Request Timeout")
    /// 413.
    public static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    /// 414.
    public static let uriTooLong = HTTPStatus(414, "URI Too Long")
    /// 415.
    public static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    /// 417.
    public static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    /// 421.
    public static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    /// 426.
    public static let upgradeRequired = HTTPStatus(426, "Upgrade Required")
    /// 429.
    public static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    /// 431.
    public static let requestHeaderFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    /// 500.
    public static let internalServerError = HTTPStatus(500, "Internal Server Error")
    /// 501.
    public static let notImplemented = HTTPStatus(501, "Not Implemented")
    /// 503.
    public static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    /// 505.
    public static let versionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")
}
