extension Peer: Callee {
    /// Sends one call and waits for its reply, as ``call(_:_:named:timeout:)`` does.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await reply(method, try encoded(repeat each arguments), timeout)
    }
}
