/// What a ``RemoteService`` sends its calls through: a peer, a connection that is made again, a reference.
public protocol Callee: Sendable {
    /// Sends one call and waits for its reply.
    ///
    /// - Parameters:
    ///   - method: Names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - timeout: How long the reply may take; it travels along, through every further hop. With `nil` the call ends
    ///     as one without a timeout does.
    /// - Returns: One value, or a stream.
    /// - Throws: `CallError`, as calls by hand.
    func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply
}
