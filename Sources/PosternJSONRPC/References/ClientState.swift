internal import Postern

/// The messages that wait to be sent to a client, and the calls without a response.
struct ClientState {
    /// The id of the last call.
    var lastID: UInt64 = 0
    /// The calls without a response, by id; an abandoned call has no waiter.
    var calls: [UInt64: ClientWaiter?] = [:]
    /// The messages that wait to be sent.
    var queue: [ClientMessage] = []
    /// The approximate size of the queue, in bytes.
    var queuedBytes = 0
    /// The reason for closing the connection, once the client has violated the protocol.
    var violation: String?
    /// The closure that wakes the session's owner; `nil` once the connection has closed.
    var wake: (@Sendable () -> Void)?
    /// The message of the error for calls made after the connection has closed.
    var ending = ""

    /// Enqueues a message.
    ///
    /// - Returns: The closure that wakes the session's owner if the queue was empty, to be called without the lock.
    mutating func append(_ message: ClientMessage) -> (@Sendable () -> Void)? {
        queue.append(message)
        queuedBytes += message.byteCount
        return queue.count == 1 ? wake : nil
    }
}

/// A caller that waits for the response of a client.
struct ClientWaiter: Sendable {
    /// The suspended caller.
    let continuation: Suspension<Result<Reply, CallError>>
    /// The task that abandons the call at its deadline; `nil` for a call without one.
    let timer: Task<Void, Never>?
    /// The receiver of progress values; `nil` if the call does not request progress.
    let progress: Call.ProgressSink?

    /// Resumes the caller and cancels the timer.
    func settle(_ result: Result<Reply, CallError>) {
        timer?.cancel()
        continuation.resume(returning: result)
    }
}
