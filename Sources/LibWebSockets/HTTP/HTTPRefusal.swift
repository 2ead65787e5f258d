/// Why a request was refused before anything looked at what it asks for. The connection is closed after the answer.
public enum HTTPRefusal: Error, Hashable, Sendable {
    case malformed
    case forbidden
    case methodNotAllowed
    case requestTimeout
    case lengthRequired
    case bodyTooLarge
    case targetTooLong
    case expectationFailed
    case upgradeRequired
    case headTooLarge
    case notImplemented
    case serviceUnavailable
    case versionNotSupported

    /// The status that is answered.
    public var status: HTTPStatus {
        switch self {
        case .malformed: .badRequest
        case .forbidden: .forbidden
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .lengthRequired: .lengthRequired
        case .bodyTooLarge: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .expectationFailed: .expectationFailed
        case .upgradeRequired: .upgradeRequired
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .notImplemented: .notImplemented
        case .serviceUnavailable: .serviceUnavailable
        case .versionNotSupported: .versionNotSupported
        }
    }

    var response: HTTPResponse {
        var response = HTTPResponse(status, text: "\(status.code) \(status.phrase)\n")
        switch self {
        case .upgradeRequired: response.headers.append(("Sec-WebSocket-Version", "13"))
        case .methodNotAllowed: response.headers.append(("Allow", "GET, HEAD, POST"))
        default: break
        }
        return response
    }
}

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

    public static let ok = HTTPStatus(200, "OK")
    public static let accepted = HTTPStatus(202, "Accepted")
    public static let noContent = HTTPStatus(204, "No Content")
    public static let notModified = HTTPStatus(304, "Not Modified")
    public static let badRequest = HTTPStatus(400, "Bad Request")
    public static let unauthorized = HTTPStatus(401, "Unauthorized")
    public static let forbidden = HTTPStatus(403, "Forbidden")
    public static let notFound = HTTPStatus(404, "Not Found")
    public static let methodNotAllowed = HTTPStatus(405, "Method Not Allowed")
    public static let requestTimeout = HTTPStatus(408, "Request Timeout")
    public static let lengthRequired = HTTPStatus(411, "Length Required")
    public static let contentTooLarge = HTTPStatus(413, "Content Too Large")
    public static let uriTooLong = HTTPStatus(414, "URI Too Long")
    public static let unsupportedMediaType = HTTPStatus(415, "Unsupported Media Type")
    public static let expectationFailed = HTTPStatus(417, "Expectation Failed")
    public static let misdirectedRequest = HTTPStatus(421, "Misdirected Request")
    public static let upgradeRequired = HTTPStatus(426, "Upgrade Required")
    public static let tooManyRequests = HTTPStatus(429, "Too Many Requests")
    public static let requestHeaderFieldsTooLarge = HTTPStatus(431, "Request Header Fields Too Large")
    public static let internalServerError = HTTPStatus(500, "Internal Server Error")
    public static let notImplemented = HTTPStatus(501, "Not Implemented")
    public static let serviceUnavailable = HTTPStatus(503, "Service Unavailable")
    public static let versionNotSupported = HTTPStatus(505, "HTTP Version Not Supported")
}
