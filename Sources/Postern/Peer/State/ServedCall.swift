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
}

extension ServedCall {
    var isNotification: Bool { kind == .notification }

    init(_ kind: ServedCounts.Kind, byteCount: Int = 0) {
        self.kind = kind
        self.byteCount = byteCount
    }
}

/// How much of the other side's is being served, kind by kind.
struct ServedCounts: Hashable, Sendable {
    /// What a served call counts as; each counts as one kind at a time.
    enum Kind: Hashable, Sendable {
        case call, stream, notification
        /// The caller no longer waits, and its handler has yet to end.
        case cancelled
    }

    private(set) var calls = 0
    private(set) var streams = 0
    private(set) var notifications = 0
    private(set) var cancelled = 0
    /// The bytes of the arguments of all calls and streams.
    private(set) var byteCount = 0

    mutating func add<Handler, Parked>(_ call: ServedCall<Handler, Parked>) {
        change(call.kind, by: 1)
        byteCount += call.byteCount
    }

    mutating func remove<Handler, Parked>(_ call: ServedCall<Handler, Parked>) {
        change(call.kind, by: -1)
        byteCount -= call.byteCount
    }

    /// Counts a call as something else from now on.
    mutating func move<Handler, Parked>(_ call: inout ServedCall<Handler, Parked>, to kind: Kind) {
        change(call.kind, by: -1)
        change(kind, by: 1)
        call.kind = kind
    }

    private mutating func change(_ kind: Kind, by difference: Int) {
        switch kind {
        case .call: calls += difference
        case .stream: streams += difference
        case .notification: notifications += difference
        case .cancelled: cancelled += difference
        }
    }
}
