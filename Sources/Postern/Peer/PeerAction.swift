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
    case takeBack(number: UInt64, count: UInt64)
    /// Hold the references of the message that follows.
    case holdReferences(ReferenceNumbers)
    /// Report that the other side takes no more calls.
    case beginClosing
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

/// A call as it is written.
struct OutgoingCall {
    let method: String
    let arguments: [UInt8]
    /// The references among the arguments; `nil` for none.
    var references: ReferenceNumbers?
    let timeout: UInt64?
    let deadline: ContinuousClock.Instant?
    let flags: CallFlags
    let depth: Int
}
