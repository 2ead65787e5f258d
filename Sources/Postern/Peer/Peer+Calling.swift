/// Calls with typed arguments and results.
///
/// Arguments are encoded before the first suspension, so later changes are not seen. Without a timeout a call has the
/// deadline of the call being served, if any.
extension Peer {
    /// Calls a method with positional arguments and decodes its result.
    ///
    /// - Parameters:
    ///   - method: Path of the method, names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - timeout: How long the reply may take.
    /// - Returns: The result.
    /// - Throws: `CallError`; `.internalError` when the result is not of the expected type.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await value(
            Call(method, arguments: positional(repeat each arguments), deadline: timeout.map(Self.deadline))
        )
    }

    /// Calls a method with positional arguments and passes over its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) {
        let encoded = try positional(repeat each arguments)
        _ = try await dispatch(Call(method, arguments: encoded, deadline: timeout.map(Self.deadline)))
    }

    /// Calls a method with named arguments and decodes its result.
    public func call<Value: Decodable>(
        _ method: String,
        named arguments: KeyValuePairs<String, any Encodable>,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await value(Call(method, arguments: named(arguments), deadline: timeout.map(Self.deadline)))
    }

    /// Tells the other end something and does not wait; notifications arrive in the order sent.
    ///
    /// - Throws: `CallError` when the notification cannot leave.
    public func notify<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) throws(CallError) {
        let encoded = try positional(repeat each arguments)
        try sendNotification(Call(method, arguments: encoded, isNotification: true))
    }

    /// Calls a method that answers with a stream.
    ///
    /// - Throws: `CallError`; `.invalidRequest` when the method answers with one value.
    public func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        of item: Item.Type = Item.self,
        timeout: Duration? = nil
    ) async throws(CallError) -> ValueStream<Item> {
        let encoded = try positional(repeat each arguments)
        let call = Call(method, arguments: encoded, deadline: timeout.map(Self.deadline))
        return ValueStream(try await replyStream(call))
    }

    /// Reads a topic of the other end: calls its `rpc/subscribe`.
    ///
    /// - Parameters:
    ///   - topic: Path of the topic.
    ///   - position: Where an earlier subscription ended; `nil` begins with what is published from now on.
    ///   - item: The type of the events.
    /// - Returns: The events; its position tells whether it begins where the earlier one ended.
    /// - Throws: `CallError`; `.invalidParameters` when there is no such topic.
    public func subscribe<Item: Decodable>(
        _ topic: String,
        since position: StreamPosition? = nil,
        of item: Item.Type = Item.self
    ) async throws(CallError) -> ValueStream<Item> {
        let arguments =
            if let position {
                try named(["topic": topic, "epoch": position.epoch, "offset": position.offset])
            } else {
                try named(["topic": topic])
            }
        return ValueStream(try await replyStream(Call("rpc/subscribe", arguments: arguments)))
    }

    private func replyStream(_ call: Call) async throws(CallError) -> ReplyStream {
        try Self.stream(of: try await dispatch(call), call.method)
    }

    /// Checks that a call was answered with a stream.
    static func stream(of reply: Reply, _ method: String) throws(CallError) -> ReplyStream {
        guard case .stream(let stream) = reply else {
            throw CallError(.invalidRequest, "\(method) answers with one value, not with a stream", executed: .yes)
        }
        return stream
    }

    private func value<Value: Decodable>(_ call: Call) async throws(CallError) -> Value {
        try Self.value(of: try await dispatch(call), call.method)
    }

    /// Decodes the result of a call.
    static func value<Value: Decodable>(of reply: Reply, _ method: String) throws(CallError) -> Value {
        guard case .value(let payload) = reply else {
            throw CallError(.invalidRequest, "\(method) answers with a stream", executed: .yes)
        }
        do throws(PayloadError) {
            return try payload.decode()
        } catch {
            throw CallError(.internalError, "Unexpected result of \(method): \(error.message)", executed: .yes)
        }
    }

    private static func deadline(_ timeout: Duration) -> ContinuousClock.Instant { .now + timeout }
}
