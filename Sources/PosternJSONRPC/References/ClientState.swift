internal import Postern

/// What is to be sent to a client, and the calls that it has not answered.
struct ClientState {
    var lastID: UInt64 = 0
    /// Without a waiter when nobody waits for the answer any more.
    var calls: [UInt64: ClientWaiter?] = [:]
    var queue: [ClientMessage] = []
    var queuedBytes = 0
    /// Why the connection is to end, once the client has broken the rules.
    var violation: String?
    /// `nil` once the client has left.
    var wake: (@Sendable () -> Void)?
    /// The message of calls that are made after the client has left.
    var ending = ""

    /// Puts a message into the queue; gives whom to wake, when it was empty.
    mutating func append(_ message: ClientMessage) -> (@Sendable () -> Void)? {
        queue.append(message)
        queuedBytes += message.byteCount
        return queue.count == 1 ? wake : nil
    }
}

/// Somebody who waits for a client's answer.
struct ClientWaiter: Sendable {
    let continuation: Suspension<Result<Reply, CallError>>
    /// Gives up when the time has run out.
    let timer: Task<Void, Never>?
    /// Takes what the client reports; `nil` when it was not asked to.
    let progress: Call.ProgressSink?

    func settle(_ result: Result<Reply, CallError>) {
        timer?.cancel()
        continuation.resume(returning: result)
    }
}
