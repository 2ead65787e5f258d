import LibWebSockets
import Postern
import PosternJSONRPC

/// Answers to requests that reach no method: HTTP's status, and a JSON-RPC error as the body.
enum HTTPError {
    static let notFound = response(.notFound, .methodNotFound, "There is nothing at this path")
    static let onlyGet = methodNotAllowed(allow: "GET, HEAD")
    static let unsupportedMediaType = response(
        .unsupportedMediaType,
        .invalidRequest,
        "The body must be application/json"
    )

    static func methodNotAllowed(allow: String) -> HTTPResponse {
        var response = response(.methodNotAllowed, .invalidRequest, "Only \(allow) here")
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
        let code: CallError.Code = refusal.status == .contentTooLarge ? .requestTooLarge : .invalidRequest
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
    ]
    /// The same for answers that ask for another attempt, here or at another server.
    static let later = all + [("Retry-After", "1")]
    /// The head of an answer that went well.
    static let ok = PreparedHead(.ok, headers: all)

    /// Whether a request says that its body is JSON.
    static func announcesJSON(_ request: HTTPRequestHead) -> Bool {
        guard let range = request.contentType else { return false }
        if request.equals(range, "application/json") { return true }
        let parts = request.text(range).lowercased().split(separator: ";").map { $0.drop(while: \.isWhitespace) }
        let types = ["application/json", "application/json-rpc", "application/jsonrequest"]
        guard let type = parts.first, types.contains(where: { $0 == type }) else { return false }
        return parts.dropFirst().allSatisfy { $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" }
    }
}
