/// A call of the other side that is being served here.
struct ServedCall<Handler: Sendable, Parked: Sendable>: Sendable {
    /// What it counts as.
    var kind: ServedCounts.Kind
    /// The bytes of its arguments.
    let byteCount: Int
    /// The task that runs the handler, once it is known.
    var handler: Handler?
    /// Whether the caller no longer waits; nothing more is sent then.
    var isCancelled = false
    /// Whether the answer is a stream that has begun.
    var isStream = false
    /// Items of a stream that may still be sent; a caller may grant more before the stream has begun.
    var credit = IncomingStream<Parked>.initialCredit
    /// The producer of the stream, when it waits for credit.
    var parked: Parked?
    /// Whether a stream ends with ``PeerState/endOfStreams`` instead of its own end.
    var isEndedByDraining = false

    var isNotification: Bool { kind == .notification }

    init(_ kind: ServedCounts.Kind, byteCount: Int = 0) {
        self.kind = kind
        self.byteCount = byteCount
    }
}
