import LibWebSockets

/// The header fields of responses to pages of other origins (Fetch standard, section 3.2, CORS).
enum CrossOrigin {
    static let vary = (name: "Vary", value: "Origin")

    /// Returns the fields that allow an admitted page to read a response.
    static func fields(sharingWith origin: String, withCredentials: Bool) -> [(name: String, value: String)] {
        var fields = [
            vary, (name: "Access-Control-Allow-Origin", value: origin),
            (name: "Access-Control-Expose-Headers", value: exposed),
        ]
        if withCredentials { fields.append((name: "Access-Control-Allow-Credentials", value: "true")) }
        return fields
    }

    /// Returns the response to an `OPTIONS` request, with the accepted methods and, for a preflight request, the
    /// accepted header fields.
    static func options(for request: HTTPRequestHead, allow: String) -> HTTPResponse {
        var response = HTTPResponse(.noContent, headers: [(name: "Allow", value: allow)])
        guard request.origin != nil, request.range(of: "access-control-request-method") != nil else { return response }
        response.headers += [
            (name: "Access-Control-Allow-Methods", value: allow),
            (name: "Access-Control-Allow-Headers", value: read),
            (name: "Access-Control-Max-Age", value: maximumAge),
        ]
        return response
    }

    /// The header fields that the gateway reads and that a page may send only if they are allowed.
    private static let read =
        "Accept, Connect-Timeout-Ms, Content-Type, Grpc-Timeout, Idempotency-Key, If-None-Match, Last-Event-ID"
    /// The header fields of responses that a page may read only if they are exposed.
    private static let exposed = "Allow, Date, ETag, Retry-After"
    /// The time in seconds for which browsers cache a preflight response: two hours, the longest that they allow.
    private static let maximumAge = "7200"
}
