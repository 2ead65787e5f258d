import LibWebSockets

/// The header fields of JSON responses.
enum JSONHeaders {
    static let all: [(name: String, value: String)] = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        resourcePolicy,
    ]
    /// The field that keeps pages of other origins from loading a response as a script, an image or a frame; requests
    /// with CORS are not affected.
    static let resourcePolicy = (name: "Cross-Origin-Resource-Policy", value: "same-origin")
    /// The header fields of errors after which the call may be repeated, here or at another server.
    static let later = all + [(name: "Retry-After", value: "1")]
    /// The serialized head of a successful response.
    static let ok = PreparedHead(.ok, headers: all)

    /// Returns whether the `Content-Type` of a request is JSON.
    static func announcesJSON(_ request: HTTPRequestHead) -> Bool {
        guard let range = request.contentType else { return false }
        // The usual value needs no parsing.
        return request.equals(range, "application/json") || MediaType(request.text(range))?.isJSON == true
    }
}
