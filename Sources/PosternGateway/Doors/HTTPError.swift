import LibWebSockets
import Postern
import PosternJSONRPC

/// Answers to requests that reach no method: HTTP's status, and a JSON-RPC error as the body.
enum HTTPError {
    /// The answer where nothing is, with the paths that calls go to.
    static let notFound = response(
        .notFound,
        .methodNotFound,
        "There is nothing at this path; calls go to /rpc or /rpc/<service>/<method>, topics are at /events/<topic>"
    )

    /// The answer to a body that is not announced as JSON.
    static func unsupportedMediaType(_ request: HTTPRequestHead) -> HTTPResponse {
        let sent = request.contentType.map { "is '\(request.text($0).prefix(200))'" } ?? "is missing"
        return response(
            .unsupportedMediaType,
            .invalidRequest,
            "Content-Type \(sent); a body must be application/json, in UTF-8"
        )
    }

    /// The answer to a client of HTTP/1.0 that names no host.
    static let missingHost: HTTPResponse = {
        var answer = response(
            .badRequest,
            .invalidRequest,
            "Host is missing; without it only /livez, /readyz and OPTIONS of / are answered"
        )
        answer.closesConnection = true
        return answer
    }()

    /// The answer where a stream of events is all there is, and `Accept` excludes it.
    static let notAcceptable = response(
        .notAcceptable,
        .invalidRequest,
        "The answer is a stream of events, which Accept excludes; it must allow text/event-stream"
    )

    /// Returns the refusal of a request with `Idempotency-Key`, or `nil` if the field is absent.
    ///
    /// The field promises that a repeated call runs once, which is not implemented: such a call must not run.
    static func unsupportedField(in request: HTTPRequestHead) -> HTTPResponse? {
        guard request.range(of: "idempotency-key") != nil else { return nil }
        return response(
            .badRequest,
            .invalidParameters,
            "Idempotency-Key is not supported, so nothing was run: leave it out"
        )
    }

    static func methodNotAllowed(allow: String) -> HTTPResponse {
        var response = response(.methodNotAllowed, .invalidRequest, "Only \(allow) is served at this path")
        response.headers.append((name: "Allow", value: allow))
        return response
    }

    static func response(_ status: HTTPStatus, _ code: CallError.Code, _ message: String) -> HTTPResponse {
        var body: [UInt8] = []
        JSONRPCError.append(CallError(code, message, ran: .no), into: &body)
        return HTTPResponse(status, headers: JSONHeaders.all, body: body)
    }

    /// The answer to a request that the gate refused.
    static func response(_ refusal: HTTPRefusal) -> HTTPResponse {
        let code: CallError.Code =
            switch refusal.status {
            case .contentTooLarge: .requestTooLarge
            case .serviceUnavailable: .draining
            default: .invalidRequest
            }
        var response = response(refusal.status, code, refusal.reason)
        response.headers.append(contentsOf: refusal.headers)
        return response
    }
}

/// The header fields of every JSON answer.
enum JSONHeaders {
    static let all: [(name: String, value: String)] = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        resourcePolicy,
    ]
    /// No page of another origin may load an answer as a script, an image or a frame; CORS does not need that.
    static let resourcePolicy = (name: "Cross-Origin-Resource-Policy", value: "same-origin")
    /// The same for answers that ask for another attempt, here or at another server.
    static let later = all + [(name: "Retry-After", value: "1")]
    /// The head of an answer that went well.
    static let ok = PreparedHead(.ok, headers: all)

    /// Whether a request says that its body is JSON.
    static func announcesJSON(_ request: HTTPRequestHead) -> Bool {
        guard let range = request.contentType else { return false }
        return request.equals(range, "application/json") || MediaType(request.text(range))?.isJSON == true
    }
}
