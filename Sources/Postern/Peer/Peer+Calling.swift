/// Calls with typed arguments and results.
///
/// Arguments are encoded before the first suspension, so later changes are not seen.
extension Peer {
    /// Calls a method and decodes its result.
    ///
    /// - Parameters:
    ///   - method: Path of the method, names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments.
    ///   - timeout: How long the reply may take; it travels along, through every further hop. Left out, the call has
    ///     the deadline of the call being served, if any, or ends after ``PeerLimits/callTimeout``.
    /// - Returns: The result.
    /// - Throws: `CallError`; `.internalError` when the result is not of the expected type.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        let encoded = try encoded(repeat each arguments, named: named)
        return try Self.value(of: try await reply(method, encoded, timeout), method)
    }

    /// Calls a method and passes over its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) {
        let encoded = try encoded(repeat each arguments, named: named)
        _ = try await reply(method, encoded, timeout)
    }

    /// Tells the other end something and does not wait; notifications arrive in the order sent.
    ///
    /// The other end drops a notification while ``PeerLimits/notifications`` of this connection wait there, and reports
    /// that in its log. What must not be lost is a call, whose reply slows its sender down, or a stream.
    ///
    /// - Throws: `CallError` when the notification cannot leave.
    public func notify<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) throws(CallError) {
        try checkName(method)
        let encoded = try encoded(repeat each arguments)
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
        let encoded = try encoded(repeat each arguments)
        return ValueStream(try await replyStream(method, encoded, timeout))
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
                try encoded(named: ["topic": topic, "epoch": position.epoch, "offset": position.offset])
            } else {
                try encoded(named: ["topic": topic])
            }
        return ValueStream(try await replyStream("rpc/subscribe", arguments))
    }

    private func replyStream(
        _ method: String,
        _ arguments: Payload,
        _ timeout: Duration? = nil
    ) async throws(CallError) -> ReplyStream {
        try Self.stream(of: try await reply(method, arguments, timeout), method)
    }

    /// Sends one call with encoded arguments and waits for its reply.
    package func reply(_ method: String, _ arguments: Payload, _ timeout: Duration?) async throws(CallError) -> Reply {
        try checkName(method)
        let call = Call(method, arguments: arguments, until: timeout.map { .now.later(by: $0) })
        return try await reply(to: call, patience: timeout == nil ? Patience(nil, orThatOf: self) : .unlimited)
    }

    /// Checks that a call was answered with a stream.
    static func stream(of reply: Reply, _ method: String) throws(CallError) -> ReplyStream {
        guard case .stream(let stream) = reply else {
            throw CallError(.invalidRequest, "\(method) answers with one value, not with a stream", ran: .yes)
        }
        return stream
    }

    /// Decodes the result of a call.
    static func value<Value: Decodable>(of reply: Reply, _ method: String) throws(CallError) -> Value {
        guard case .value(let payload) = reply else {
            throw CallError(.invalidRequest, "\(method) answers with a stream", ran: .yes)
        }
        return try payload.answer("result of \(method)")
    }
}
