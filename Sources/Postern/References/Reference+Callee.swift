extension Reference: Callee {
    /// Sends one call to the object and waits for its reply, as ``call(_:_:timeout:)`` does.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await handle.reply(to: method, repeat each arguments, timeout: timeout)
    }
}
