internal import PosternQueues

/// A stream that this peer reads: the items that arrived and were not read yet, and the credit of their producer.
struct IncomingStream<Parked: Sendable>: Sendable {
    /// The number of items that a producer may send before it is granted more.
    static var initialCredit: Int { 64 }

    private var items = Queue<StreamItem>()
    /// The number of items that were read and for which no credit was granted yet.
    private var taken = 0
    /// The offset of the last event that arrived or, before the first one, of the position at which the stream begins.
    ///
    /// `nil` for a stream without history.
    private var lastOffset: UInt64?
    /// The end of the stream, once it has arrived.
    private(set) var end: Result<Void, CallError>?
    /// The reader, while it is suspended.
    private var parked: Parked?

    /// The result of ``IncomingStream/next()``.
    enum Next: Sendable {
        /// An item, and the number of items to grant to the producer, if a grant is due.
        case item(StreamItem, grant: Int?)
        case end(CallError?)
        /// No item has arrived.
        case wait
    }

    /// Creates a stream that begins after a position of a topic, or a stream without history.
    init(after position: StreamPosition? = nil) { lastOffset = position?.offset }

    /// Appends an item, and sets the number of events that were lost before it.
    ///
    /// - Returns: `false` if the producer had no credit for the item.
    mutating func receive(_ item: StreamItem) -> Bool {
        // The producer holds `initialCredit` minus what waits here and what was read without a grant.
        guard end == nil, items.count + taken < Self.initialCredit else { return false }
        var item = item
        if let offset = item.offset {
            if let lastOffset, offset > lastOffset { item.lost = offset - lastOffset - 1 }
            lastOffset = max(lastOffset ?? 0, offset)
        }
        items.append(item)
        return true
    }

    /// Ends the stream; later items are refused.
    mutating func finish(_ error: CallError?) {
        // Only the first end counts, so that the end of the connection does not replace the one that the producer sent.
        if end == nil { end = error.map { .failure($0.asEndOfStream) } ?? .success(()) }
    }

    /// Removes the next item, with the credit to be granted for those read so far.
    mutating func next() -> Next {
        guard let item = items.take() else {
            switch end {
            case .success: return .end(nil)
            case .failure(let error): return .end(error)
            case nil: return .wait
            }
        }
        taken += 1
        // One grant for half of the credit: a frame for each item would double the traffic, and waiting for all of it
        // would stop the producer for a round trip.
        guard taken >= Self.initialCredit / 2, end == nil else { return .item(item, grant: nil) }
        defer { taken = 0 }
        return .item(item, grant: taken)
    }

    /// Keeps the reader that is about to suspend.
    ///
    /// - Returns: `false` if an item or the end has arrived, in which case the reader does not suspend.
    mutating func park(_ reader: Parked) -> Bool {
        guard items.isEmpty, end == nil else { return false }
        parked = reader
        return true
    }

    /// Removes and returns the suspended reader.
    mutating func unpark() -> Parked? {
        defer { parked = nil }
        return parked
    }
}
