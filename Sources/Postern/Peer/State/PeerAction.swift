/// What a peer does in response to a frame; ranges are ranges of the bytes that the frame was read from.
enum PeerAction<Waiter: Sendable, Handler: Sendable, Parked: Sendable>: Sendable {
    /// Nothing is left to do.
    case none
    /// Start the handler of a call.
    case serve(CallFrame)
    /// Start the handler of a notification.
    case handleNotification(path: Range<Int>, arguments: Range<Int>)
    /// Resume the caller with a value.
    case resume(Waiter, value: Range<Int>)
    /// Resume the caller with an error.
    case fail(Waiter, FailureFrame)
    /// Resume the caller with a stream.
    case openStream(Waiter, id: UInt64, position: StreamPosition?)
    /// Report progress to the caller.
    case report(Waiter, progress: Range<Int>)
    /// Resume the reader or the producer of a stream.
    case wake(Parked)
    /// Cancel a handler, and resume it if it waits for credit.
    case cancel(Handler?, Parked?)
    /// Compute a step of the authentication.
    case authenticate(AuthenticationStep)
    /// Release an exported object that the remote peer no longer holds.
    case release(number: UInt64, count: UInt64)
    /// Retain the references of the next message.
    case holdReferences(ReferenceNumbers)
    /// Report that the remote peer accepts no more calls, and fail those that were not sent.
    case beginClosing([Waiter], CallError)
    /// Close the connection.
    case disconnect(DisconnectReason)
}

/// Everything that was waiting on a connection when it ended.
struct PeerRemains<Waiter: Sendable, Handler: Sendable, Parked: Sendable>: Sendable {
    /// The callers whose calls may have been executed.
    let waiters: [Waiter]
    /// The callers whose calls were certainly not sent.
    let unsent: [Waiter]
    /// The handlers that are running.
    let handlers: [Handler]
    /// The suspended readers and producers of streams, and the task that drains the connection.
    let parked: [Parked]
}

/// A call that ended without a reply.
struct EndedCall<Waiter: Sendable>: Sendable {
    /// How far the call had come.
    enum Reason: Hashable, Sendable {
        /// The call was sent, and a cancel was sent after it.
        case sent
        /// The deadline passed, or the caller stopped waiting, before the call was sent.
        case unsent
        /// The call waited for the maximum time without being sent.
        case noRoom
    }

    let waiter: Waiter
    let reason: Reason
}
