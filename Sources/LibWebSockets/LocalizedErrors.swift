public import FoundationEssentials

// `localizedDescription`, which Foundation adds to every error, is made of these.

extension HTTPServer.StartError: LocalizedError {
    /// The cause, and what to do.
    public var errorDescription: String? { description }
}

extension SocketError: LocalizedError {
    /// The action and the system's text.
    public var errorDescription: String? { description }
}

extension HTTPRefusal: LocalizedError {
    /// The field or value that is refused, and what to do.
    public var errorDescription: String? { reason }
}
