/// What is known of a connection to an HTTP server that failed.
struct FailedConnection: Hashable, Sendable {
    /// The reason as a clause; `nil` when the server closed the connection and nothing else is known.
    var reason: String?
    /// The time since the connection was established; `nil` when it was not.
    var age: Duration?
    /// Whether the server has sent anything.
    var hasAnswer = false
    /// Whether the connection is encrypted.
    var isSecure = false
    /// Whether the server may have received the request and understood it.
    var isSent = false

    /// The time in which a server closes a connection that it does not want, such as one above a limit.
    private static let shortTime = Duration.seconds(1)

    /// Returns the failure of a connection to a URL.
    func failure(of url: WebURL) -> ConnectionFailure {
        if isSent, !hasAnswer, let age, age >= Self.shortTime {
            let loss = "was lost before the answer came: \(reason ?? "the server closed it")"
            return ConnectionFailure("The connection to \(url) \(loss)", isSent: true)
        }
        let reason = reason ?? "the server closed the connection before it answered"
        return ConnectionFailure("Cannot connect to \(url): \(reason)\(hint)", isSent: isSent)
    }

    /// The causes for which a server closes a connection without an answer.
    private var hint: String {
        guard age != nil, !hasAnswer, !isSecure || reason == nil else { return "" }
        let limit = "; it may have reached its limit of connections"
        return isSecure ? limit : "\(limit), or be a port with TLS, which is named wss:// or https://"
    }
}
