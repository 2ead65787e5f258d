/// A stream that is read here: its items until the reader takes them.
struct IncomingStream<Parked: Sendable>: Sendable {
    /// How many items a producer may send before it is granted more.
    static var initialCredit: Int { 64 }

    private var items = Queue<StreamItem>()
    private var taken = 0
    /// The offset of the last event that arrived, or of the place where the stream begins; `nil` without history.
    private var lastOffset: UInt64?
    private(set) var end: Result<Void, CallError>?
    /// The reader, when it waits.
    private var parked: Parked?

    enum Next: Sendable {
        case item(StreamItem, grant: Int?)
        case end(CallError?)
        case wait
    }

    /// Begins behind a place in a topic, if it is a topic that is read.
    init(after position: StreamPosition? = nil) { lastOffset = position?.offset }

    /// Keeps an item, and notes how many are missing before it; false when the producer had no credit for it.
    mutating func receive(_ item: StreamItem) -> Bool {
        guard end == nil, items.count + taken < Self.initialCredit else { return false }
        var item = item
        if let offset = item.offset {
            if let lastOffset, offset > lastOffset { item.lost = offset - lastOffset - 1 }
            lastOffset = max(lastOffset ?? 0, offset)
        }
        items.append(item)
        return true
    }

    /// Notes that no item follows.
    mutating func finish(_ error: CallError?) {
        if end == nil { end = error.map { .failure($0.asEndOfStream) } ?? .success(()) }
    }

    /// Takes the next item, and tells how much credit is due to the producer.
    mutating func next() -> Next {
        guard let item = items.take() else {
            switch end {
            case .success: return .end(nil)
            case .failure(let error): return .end(error)
            case nil: return .wait
            }
        }
        taken += 1
        guard taken >= Self.initialCredit / 2, end == nil else { return .item(item, grant: nil) }
        defer { taken = 0 }
        return .item(item, grant: taken)
    }

    /// Remembers who waits; false when there is something to take, and nobody has to wait.
    mutating func park(_ reader: Parked) -> Bool {
        guard items.isEmpty, end == nil else { return false }
        parked = reader
        return true
    }

    /// Hands over the reader that waits.
    mutating func unpark() -> Parked? {
        defer { parked = nil }
        return parked
    }
}
