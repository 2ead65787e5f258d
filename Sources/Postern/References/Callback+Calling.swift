extension Callback {
    /// Calls the function and decodes its result.
    ///
    /// - Parameters:
    ///   - arguments: One for each parameter.
    ///   - timeout: How long the reply may take; `nil` keeps the deadline of the call being served.
    /// - Returns: The result.
    /// - Throws: `CallError`; `.unavailable` when the connection to the function has ended.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await handle.call("", repeat each arguments, timeout: timeout)
    }

    /// Calls the function and passes over its result.
    public func call<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) {
        try await handle.call("", repeat each arguments, timeout: timeout)
    }

    /// Tells the function something and does not wait; what is told arrives in the order sent.
    ///
    /// - Throws: `CallError` when the notification cannot leave.
    public func notify<each Argument: Encodable>(_ arguments: repeat each Argument) throws(CallError) {
        try handle.notify("", repeat each arguments)
    }
}
