import LibWebSockets

/// What the Fetch standard asks of answers to pages of other origins (section 3.2, CORS).
enum CrossOrigin {
    static let vary = (name: "Vary", value: "Origin")

    /// What every answer to a page that is let in has, so that the page may read it.
    static func fields(sharingWith origin: String, withCredentials: Bool) -> [(name: String, value: String)] {
        var fields = [
            vary, (name: "Access-Control-Allow-Origin", value: origin),
            (name: "Access-Control-Expose-Headers", value: exposed),
        ]
        if withCredentials { fields.append((name: "Access-Control-Allow-Credentials", value: "true")) }
        return fields
    }

    /// The answer to an `OPTIONS` request: which methods there are, and to a browser that asks before a page's request
    /// (a preflight) also which header fields.
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

    /// The header fields of requests that are read here, and that a page can only send when they are allowed.
    private static let read =
        "Accept, Connect-Timeout-Ms, Content-Type, Grpc-Timeout, Idempotency-Key, If-None-Match, Last-Event-ID"
    /// The header fields of answers that a page cannot read without being allowed to.
    private static let exposed = "Allow, Date, ETag, Retry-After"
    /// Two hours, in seconds; browsers keep the answer to a preflight for no longer.
    private static let maximumAge = "7200"
}
