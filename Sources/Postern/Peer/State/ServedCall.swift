/// A call of the remote peer that is being served.
struct ServedCall<Handler: Sendable, Parked: Sendable>: Sendable {
    /// The kind as which the call is counted.
    var kind: ServedCounts.Kind
    /// The size of the arguments, in bytes.
    let byteCount: Int
    /// The task of the handler, once it has started.
    var handler: Handler?
    /// Whether the caller no longer waits, so that nothing more is sent.
    var isCancelled = false
    /// Whether the call was answered with a stream.
    var isStream = false
    /// The number of items that may be sent.
    ///
    /// A caller may grant credit before the stream is open.
    var credit = IncomingStream<Parked>.initialCredit
    /// The producer of the stream, while it is suspended.
    var parked: Parked?
    /// Whether the stream ends with ``PeerState/endOfStreams`` instead of the error of its handler.
    var isEndedByDraining = false
}

extension ServedCall {
    var isNotification: Bool { kind == .notification }

    init(_ kind: ServedCounts.Kind, byteCount: Int = 0) {
        self.kind = kind
        self.byteCount = byteCount
    }
}

/// The numbers of calls of the remote peer that are being served, by kind.
struct ServedCounts: Hashable, Sendable {
    /// The kind of a served call; every call is counted as one kind at a time.
    enum Kind: Hashable, Sendable {
        case call, stream, notification
        /// A call whose caller no longer waits and whose handler has not ended.
        case cancelled
    }

    private(set) var calls = 0
    private(set) var streams = 0
    private(set) var notifications = 0
    private(set) var cancelled = 0
    /// The size of the arguments of all calls and streams, in bytes.
    private(set) var byteCount = 0

    mutating func add<Handler, Parked>(_ call: ServedCall<Handler, Parked>) {
        change(call.kind, by: 1)
        byteCount += call.byteCount
    }

    mutating func remove<Handler, Parked>(_ call: ServedCall<Handler, Parked>) {
        change(call.kind, by: -1)
        byteCount -= call.byteCount
    }

    /// Changes the kind of a call.
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
