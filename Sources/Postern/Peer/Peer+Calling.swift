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
        return try await reply(to: call, within: timeout == nil ? LocalTimeout(nil, orDefaultOf: self) : .unlimited)
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

/// Calls that are not awaited where they are made.
extension Peer {
    /// Sends a call and gives its handle at once.
    ///
    /// The expiry is judged here and may be moved later; when it passes the other end is told and cancels the handler.
    /// It counts until the answer has arrived at this end. A call that cannot leave is settled with the reason.
    ///
    /// - Parameters:
    ///   - method: Path of the method, names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments.
    ///   - expiry: How long the answer may take; that of the connection when left out (``PeerLimits/callTimeout``).
    /// - Returns: The handle.
    public func begin<each Argument: Encodable, Value: Decodable & Sendable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        expiry: Duration? = nil
    ) -> PendingCall<Value> {
        begin(method, expiry, Self.decoded) { () throws(CallError) in
            try encoded(repeat each arguments, named: named)
        }
    }

    /// Sends a call whose result says nothing, and gives its handle at once.
    public func begin<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        expiry: Duration? = nil
    ) -> PendingCall<Void> {
        begin(method, expiry, { _ in }) { () throws(CallError) in try encoded(repeat each arguments, named: named) }
    }

    func begin<Value: Sendable>(
        _ method: String,
        _ expiry: Duration?,
        _ decode: @escaping PendingCall<Value>.Decode,
        arguments: () throws(CallError) -> Payload
    ) -> PendingCall<Value> {
        let reply = PendingReply()
        let number = changeInTurn { $0.calls.reserveID() }
        do throws(CallError) {
            try checkName(method)
            let call = Call(method, arguments: try arguments(), until: nil)
            try send(call, as: number, within: LocalTimeout(expiry, orDefaultOf: self), to: .pending(reply))
        } catch {
            reply.settle(.failure(error))
        }
        return PendingCall(reply, number: number, of: self, decode: decode)
    }

    /// Reads a result of a known type.
    @Sendable static func decoded<Value: Decodable>(_ payload: Payload) throws(CallError) -> Value {
        try payload.answer("result")
    }

    /// Answers that came after their call was settled; they are passed over.
    package var lateReplies: Int { changeInTurn { $0.calls.lateReplies } }

    /// Moves the end of a call that is not settled.
    func setDeadline(_ deadline: Moment?, ofCall id: UInt64) {
        changeInTurn { state in
            if !state.waiting.setDeadline(deadline, of: id) { state.calls.setDeadline(deadline, of: id) }
        }
        guard let deadline else { return }
        if deadline <= .now { expireCalls() } else { expiry.arm(deadline, expireCalls) }
    }
}

/// Arguments as they are written for the other end.
extension Peer {
    /// Encodes arguments; those that hold references once more, for this connection.
    package func encoded<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(repeat each arguments, named: named) }
    }

    /// Encodes the arguments of a dynamic call; those that hold references once more, for this connection.
    func encoded(dynamic arguments: KeyValuePairs<String, any Encodable>) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(dynamic: arguments) }
    }
}

extension Peer: Callee {
    /// Sends one call and waits for its reply, as `call(_:_:named:timeout:)` does.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await reply(method, try encoded(repeat each arguments), timeout)
    }
}
