import LibWebSockets
import Postern
import PosternJSONRPC

/// Responses to requests that reach no method: a status of HTTP, and a JSON-RPC error as the body.
enum HTTPError {
    /// The response for an unknown path, whose message lists the paths for calls.
    static let notFound = response(
        .notFound,
        .methodNotFound,
        "There is nothing at this path; calls go to /rpc or /rpc/<service>/<method>, topics are at /events/<topic>"
    )

    /// Returns the response to a body whose `Content-Type` is not JSON.
    static func unsupportedMediaType(_ request: HTTPRequestHead) -> HTTPResponse {
        let sent = request.contentType.map { "is '\(request.text($0).prefix(200))'" } ?? "is missing"
        return response(
            .unsupportedMediaType,
            .invalidRequest,
            "Content-Type \(sent); a body must be application/json, in UTF-8"
        )
    }

    /// The response to an HTTP/1.0 client that sends no `Host`.
    static let missingHost: HTTPResponse = {
        var answer = response(
            .badRequest,
            .invalidRequest,
            "Host is missing; without it only /livez, /readyz and OPTIONS of / are answered"
        )
        answer.closesConnection = true
        return answer
    }()

    /// The response if the result is an event stream, and `Accept` excludes it.
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

    /// Returns the response to an HTTP method that the path does not accept.
    static func methodNotAllowed(allow: String) -> HTTPResponse {
        var response = response(.methodNotAllowed, .invalidRequest, "Only \(allow) is served at this path")
        response.headers.append((name: "Allow", value: allow))
        return response
    }

    /// Returns a response with a JSON-RPC error.
    static func response(_ status: HTTPStatus, _ code: CallError.Code, _ message: String) -> HTTPResponse {
        var body: [UInt8] = []
        JSONRPCError.append(CallError(code, message, ran: .no), into: &body)
        return HTTPResponse(status, headers: JSONHeaders.all, body: body)
    }

    /// Returns the response to a request that was refused because of its form.
    static func response(_ refusal: HTTPRefusal) -> HTTPResponse {
        let code: CallError.Code =
            switch refusal.status {
            case .contentTooLarge: .requestTooLarge
            case .serviceUnavailable: .draining
            case .tooManyRequests: .busy
            default: .invalidRequest
            }
        var response = response(refusal.status, code, refusal.reason)
        response.headers.append(contentsOf: refusal.headers)
        return response
    }
}
