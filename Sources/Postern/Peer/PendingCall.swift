/// The handle of a call that may not have a reply yet.
///
/// A call is settled exactly once: by its reply, by its expiry, by ``cancel()`` or by the end of the connection. After
/// that it does not change. Releasing the last handle of an unsettled call cancels the call, unless ``onReady(on:_:)``
/// waits for it.
///
/// Create one with `Peer.begin(_:_:named:expiry:)`. The names of its members are those of RPyC's `AsyncResult`.
public final class PendingCall<Value: Sendable>: Sendable {
    typealias Decode = @Sendable (Payload) throws(CallError) -> Value

    private let peer: Peer
    private let number: UInt64
    private let reply: PendingReply
    private let decode: Decode

    init(_ reply: PendingReply, number: UInt64, of peer: Peer, decode: @escaping Decode) {
        self.reply = reply
        self.number = number
        self.peer = peer
        self.decode = decode
    }

    deinit { if reply.result == nil { peer.abandon(number, .abandoned) } }

    /// Whether a value or an error has arrived; `false` for an expired call.
    public var isReady: Bool { settled != nil && !reply.isExpired }

    /// Whether an error has arrived; `false` for an expired call.
    public var isError: Bool {
        guard case .failure = settled else { return false }
        return !reply.isExpired
    }

    /// Whether the expiry passed before the reply arrived.
    public var isExpired: Bool { settled != nil && reply.isExpired }

    /// The value of the reply.
    ///
    /// Reading it waits for the reply. It may be read any number of times. Cancelling the task that waits does not
    /// cancel the call; ``cancel()`` does.
    ///
    /// - Throws: `CallError`: the error of the remote handler, `.deadlineExceeded` if the call expired, `.cancelled` if
    ///   the call or the waiting task was cancelled, `.unavailable` if the connection ended first.
    public var value: Value {
        get async throws(CallError) {
            switch try await result() {
            case .success(.value(let payload)): return try decode(payload)
            case .success(.stream): throw CallError(.invalidRequest, "The method answers with a stream", ran: .yes)
            case .failure(let error): throw error
            }
        }
    }

    /// Waits for the reply, and does not throw an error that is the reply.
    ///
    /// - Throws: `CallError` with `.deadlineExceeded` if the call expires, `.cancelled` if the waiting task is
    ///   cancelled.
    public func wait() async throws(CallError) {
        if case .failure(let error) = try await result(), reply.isExpired { throw error }
    }

    /// Changes the expiry.
    ///
    /// This has no effect on a settled call.
    ///
    /// - Parameter expiry: The time from now until the reply must arrive, or `nil` for no limit. Zero expires the call
    ///   immediately.
    public func setExpiry(_ expiry: Duration?) {
        peer.setDeadline(expiry.map { .now.later(by: $0) }, ofCall: number)
    }

    /// Runs a callback exactly once, when the call is settled or immediately if it already is.
    ///
    /// Callbacks run one after the other in the order of registration, and never on the thread that reads the
    /// connection. An error thrown by one is ignored. Callbacks that have not run retain the call.
    ///
    /// - Parameters:
    ///   - executor: The executor of the callback, or `nil` for the global executor.
    ///   - callback: The function to run with this call.
    public func onReady(
        on executor: (any TaskExecutor)? = nil,
        _ callback: @escaping @Sendable (PendingCall<Value>) async throws -> Void
    ) {
        reply.whenSettled(on: executor) { try? await callback(self) }
    }

    /// Settles the call as cancelled, and cancels the handler at the remote peer.
    public func cancel() { peer.abandon(number, CallError(.cancelled, "The caller cancelled")) }

    /// The reply, if it has arrived.
    ///
    /// A call whose deadline has just passed is settled first.
    private var settled: Result<Reply, CallError>? {
        if let result = reply.result { return result }
        // The timer may run later than the deadline, and the program must not see an expired call as pending.
        peer.expireCalls()
        return reply.result
    }

    private func result() async throws(CallError) -> Result<Reply, CallError> {
        await peer.wait(for: reply)
        guard let result = reply.result else {
            throw CallError(.cancelled, "The task that waited was cancelled")
        }
        return result
    }
}

extension PendingCall: CustomStringConvertible {
    /// The state of the call in one word: pending, ready, error, or expired.
    public var description: String {
        guard let settled else { return "pending" }
        if reply.isExpired { return "expired" }
        if case .failure = settled { return "error" }
        return "ready"
    }
}

extension CallError {
    fileprivate static let abandoned = CallError(.cancelled, "The call is no longer waited for")
}
