/// What a peer has to do after a frame.
enum PeerAction<Waiter: Sendable, Handler: Sendable, Parked: Sendable>: Sendable {
    case none
    /// Start the handler of a call.
    case serve(CallFrame)
    /// Start the handler of a notification.
    case handleNotification(path: Range<Int>, arguments: Range<Int>)
    /// Give a call its value.
    case resume(Waiter, value: Range<Int>)
    /// Give a call its error.
    case fail(Waiter, FailureFrame)
    /// Give a call its stream.
    case openStream(Waiter, id: UInt64, position: StreamPosition?)
    /// Tell a caller how far its call is.
    case report(Waiter, progress: Range<Int>)
    /// Let the reader or the producer of a stream go on.
    case wake(Parked)
    /// Cancel a handler, and let it go on when it waits for credit.
    case cancel(Handler?, Parked?)
    /// Compute a step of the authentication.
    case authenticate(AuthenticationStep)
    /// Take back what the other side has let go.
    case release(number: UInt64, count: UInt64)
    /// Hold the references of the message that follows.
    case holdReferences(ReferenceNumbers)
    /// Report that the other side takes no more calls, and fail those that were never sent.
    case beginClosing([Waiter], CallError)
    /// End the connection.
    case disconnect(DisconnectReason)
}

/// Everything that waits on a connection at the moment it ends.
struct PeerRemains<Waiter: Sendable, Handler: Sendable, Parked: Sendable>: Sendable {
    let waiters: [Waiter]
    /// The callers whose calls have not been sent.
    let unsent: [Waiter]
    let handlers: [Handler]
    let parked: [Parked]
}

/// A call whose caller waits no longer.
struct EndedCall<Waiter: Sendable>: Sendable {
    enum Reason: Hashable, Sendable {
        /// It was sent, and so is a cancel.
        case sent
        /// Its own time ran out before it was sent, or its caller gave it up.
        case unsent
        /// It waited as long as any call may.
        case noRoom
    }

    let waiter: Waiter
    let reason: Reason
}
