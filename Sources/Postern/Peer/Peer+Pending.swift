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
            try send(call, as: number, patience: Patience(expiry, orThatOf: self), to: .pending(reply))
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
    public var lateReplies: Int { changeInTurn { $0.calls.lateReplies } }

    /// Moves the end of a call that is not settled.
    func setDeadline(_ deadline: Moment?, ofCall id: UInt64) {
        changeInTurn { state in
            if !state.waiting.setDeadline(deadline, of: id) { state.calls.setDeadline(deadline, of: id) }
        }
        guard let deadline else { return }
        if deadline <= .now { expireCalls() } else { expiry.arm(deadline, expireCalls) }
    }
}
