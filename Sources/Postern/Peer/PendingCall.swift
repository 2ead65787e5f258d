/// A call that was sent and may not be answered yet.
///
/// Made by `Peer.begin(_:_:named:expiry:)`. It is settled exactly once: by its answer, by its expiry, by
/// ``cancel()`` or by the end of the connection; from then on it does not change. Dropping the last handle of an
/// unsettled call cancels it over there, unless ``onReady(on:_:)`` waits for it.
///
/// The words are those of RPyC's `AsyncResult`.
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

    /// Whether the answer is there, a value or an error; never for an expired call.
    public var isReady: Bool { settled != nil && !reply.isExpired }

    /// Whether the answer is there and is an error; never for an expired call.
    public var isError: Bool {
        guard case .failure = settled else { return false }
        return !reply.isExpired
    }

    /// Whether the expiry passed before the answer arrived.
    public var isExpired: Bool { settled != nil && reply.isExpired }

    /// The value, once it is there.
    ///
    /// Every read gives the same.
    ///
    /// Cancelling the task that waits ends its waiting only; ``cancel()`` cancels the call.
    ///
    /// - Throws: `CallError`: what the remote handler chose, `.deadlineExceeded` for an expired call, `.cancelled` when
    ///   it or the waiting task was cancelled, `.unavailable` when the connection ended first.
    public var value: Value {
        get async throws(CallError) {
            switch try await result() {
            case .success(.value(let payload)): return try decode(payload)
            case .success(.stream): throw CallError(.invalidRequest, "The method answers with a stream", ran: .yes)
            case .failure(let error): throw error
            }
        }
    }

    /// Waits for the answer; one that is an error is not thrown here.
    ///
    /// - Throws: `CallError` with `.deadlineExceeded` when the call expires, `.cancelled` when the waiting task was
    ///   cancelled.
    public func wait() async throws(CallError) {
        if case .failure(let error) = try await result(), reply.isExpired { throw error }
    }

    /// Moves the expiry.
    ///
    /// A call that is settled, also one that has expired, stays as it is.
    ///
    /// - Parameter expiry: How long from now the answer may take; `nil` for no limit, zero expires it at once.
    public func setExpiry(_ expiry: Duration?) {
        peer.setDeadline(expiry.map { .now.later(by: $0) }, ofCall: number)
    }

    /// Runs a callback exactly once, when the call is settled, in whatever way, or right away if it is.
    ///
    /// Callbacks run one after another in the order in which they were given, never on the thread that reads the
    /// connection; what one throws ends only that one. Until they have run they keep the call alive.
    ///
    /// - Parameters:
    ///   - executor: Where the callback runs; the global executor when left out.
    ///   - callback: Gets this call.
    public func onReady(
        on executor: (any TaskExecutor)? = nil,
        _ callback: @escaping @Sendable (PendingCall<Value>) async throws -> Void
    ) {
        reply.whenSettled(on: executor) { try? await callback(self) }
    }

    /// Settles the call as cancelled and tells the other end, which cancels the handler.
    public func cancel() { peer.abandon(number, CallError(.cancelled, "The caller cancelled")) }

    /// The answer, if it is there; a call whose time has just run out is settled first.
    private var settled: Result<Reply, CallError>? {
        if let result = reply.result { return result }
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
    /// One word: pending, ready, error, or expired.
    public var description: String {
        guard let settled else { return "pending" }
        if reply.isExpired { return "expired" }
        if case .failure = settled { return "error" }
        return "ready"
    }
}

extension CallError {
    fileprivate static let abandoned = CallError(.cancelled, "Nobody waits for the call any more")
}
