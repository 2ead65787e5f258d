/// Calls with typed arguments and results.
///
/// Arguments are encoded before the first suspension, so later changes have no effect.
extension Peer {
    /// Calls a method and returns its result.
    ///
    /// - Parameters:
    ///   - method: The path of the method, with names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments.
    ///   - timeout: The time until the reply must arrive. It is sent with the call and applies to all further calls
    ///     that the call leads to. If it is `nil`, the call has the deadline of the call being served, if there is one,
    ///     and otherwise ends after ``PeerLimits/callTimeout``.
    /// - Returns: The result.
    /// - Throws: `CallError`, with `.internalError` if the result is not of the expected type.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        let encoded = try encoded(repeat each arguments, named: named)
        return try Self.value(of: try await reply(method, encoded, timeout), method)
    }

    /// Calls a method and ignores its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) {
        let encoded = try encoded(repeat each arguments, named: named)
        _ = try await reply(method, encoded, timeout)
    }

    /// Calls a method that reports progress, and returns its result.
    ///
    /// - Parameters:
    ///   - method: The path of the method, with names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments.
    ///   - timeout: The time until the reply must arrive, which progress does not extend; `nil` as for calls without
    ///     progress.
    ///   - onProgress: Called with each value that the handler reports, in order and before the function returns, on
    ///     the event loop of the connection, which it must not block. A value of another type is ignored.
    /// - Returns: The result.
    /// - Throws: `CallError`, with `.internalError` if the result is not of the expected type.
    public func call<each Argument: Encodable, Value: Decodable, Progress: Decodable & Sendable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil,
        onProgress: @escaping @Sendable (Progress) -> Void
    ) async throws(CallError) -> Value {
        let encoded = try encoded(repeat each arguments, named: named)
        let reply = try await reply(method, encoded, timeout) { payload in
            if let value = try? payload.decode(Progress.self) { onProgress(value) }
        }
        return try Self.value(of: reply, method)
    }

    /// Sends a notification without waiting.
    ///
    /// Notifications arrive in the order in which they are sent.
    ///
    /// The remote peer drops a notification while ``PeerLimits/notifications`` of them wait there, and reports that to
    /// its observer. Use a call, whose reply provides back-pressure, or a stream for what must not be lost.
    ///
    /// - Throws: `CallError` if the notification cannot be sent.
    public func notify<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) throws(CallError) {
        try checkName(method)
        let encoded = try encoded(repeat each arguments)
        try sendNotification(Call(method, arguments: encoded, isNotification: true))
    }

    /// Calls a method that replies with a stream.
    ///
    /// - Throws: `CallError`, with `.invalidRequest` if the method replies with one value.
    public func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        of item: Item.Type = Item.self,
        timeout: Duration? = nil
    ) async throws(CallError) -> ValueStream<Item> {
        let encoded = try encoded(repeat each arguments)
        return ValueStream(try await replyStream(method, encoded, timeout))
    }

    /// Subscribes to a topic of the remote peer, by a call of its `rpc/subscribe`.
    ///
    /// - Parameters:
    ///   - topic: The path of the topic.
    ///   - position: The position at which an earlier subscription ended, or `nil` to begin with the next event.
    ///   - item: The type of the events.
    /// - Returns: The events. Its position indicates whether it begins where the earlier subscription ended.
    /// - Throws: `CallError`, with `.invalidParameters` if there is no such topic.
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
    package func reply(
        _ method: String,
        _ arguments: Payload,
        _ timeout: Duration?,
        progress: Call.ProgressSink? = nil
    ) async throws(CallError) -> Reply {
        try checkName(method)
        let deadline = timeout.map { Moment.now.later(by: $0) }
        let call = Call(method, arguments: arguments, until: deadline, progress: progress)
        // A timeout of the caller is sent as the deadline of the call; that of the connection applies only here.
        return try await reply(to: call, within: timeout == nil ? LocalTimeout(nil, orDefaultOf: self) : .unlimited)
    }

    /// Returns the stream of a reply.
    ///
    /// - Throws: `CallError` with `.invalidRequest` if the reply is one value.
    static func stream(of reply: Reply, _ method: String) throws(CallError) -> ReplyStream {
        guard case .stream(let stream) = reply else {
            throw CallError(.invalidRequest, "\(method) answers with one value, not with a stream", ran: .yes)
        }
        return stream
    }

    /// Decodes the value of a reply.
    ///
    /// - Throws: `CallError`, with `.invalidRequest` if the reply is a stream.
    static func value<Value: Decodable>(of reply: Reply, _ method: String) throws(CallError) -> Value {
        guard case .value(let payload) = reply else {
            throw CallError(.invalidRequest, "\(method) answers with a stream", ran: .yes)
        }
        return try payload.answer("result of \(method)")
    }
}

/// Calls whose replies are awaited later or not at all.
extension Peer {
    /// Sends a call and returns its handle without waiting for the reply.
    ///
    /// The expiry is not sent with the call: it is enforced by this peer, which cancels the handler when it passes, and
    /// can be changed later. A call that cannot be sent is settled with the error.
    ///
    /// - Parameters:
    ///   - method: The path of the method, with names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments.
    ///   - expiry: The time until the reply must arrive, or `nil` for ``PeerLimits/callTimeout``.
    /// - Returns: The handle of the call.
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

    /// Sends a call whose result is ignored, and returns its handle without waiting for the reply.
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

    /// Decodes a result of a known type.
    @Sendable static func decoded<Value: Decodable>(_ payload: Payload) throws(CallError) -> Value {
        try payload.answer("result")
    }

    /// The number of replies that arrived after their call was settled, and were ignored.
    package var lateReplies: Int { changeInTurn { $0.calls.lateReplies } }

    /// Changes the deadline of a call that is not settled.
    func setDeadline(_ deadline: Moment?, ofCall id: UInt64) {
        changeInTurn { state in
            // A call that was not sent yet waits for room; otherwise it is in flight, or settled and in neither table.
            if !state.waiting.setDeadline(deadline, of: id) { state.calls.setDeadline(deadline, of: id) }
        }
        guard let deadline else { return }
        if deadline <= .now { expireCalls() } else { expiry.arm(deadline, expireCalls) }
    }
}

/// The encoding of arguments.
extension Peer {
    /// Encodes arguments, for this connection if they hold references.
    package func encoded<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(repeat each arguments, named: named) }
    }

    /// Encodes the arguments of a dynamic call, for this connection if they hold references.
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
