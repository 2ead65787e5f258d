internal import Synchronization

/// A stream of decoded values.
///
/// A stream has one reader. The producer is cancelled when the reading task is cancelled or the iterator is freed.
/// Events of a topic that are not read fast enough are dropped; ``lost`` then increases by their number when the next
/// event is delivered.
public struct ValueStream<Element: Decodable>: AsyncSequence {
    /// The position in a topic before the first item; `nil` for streams without history.
    public var position: StreamPosition? { items.position }
    /// The total number of events that were dropped before the last delivered one; 0 for streams without history.
    public var lost: UInt64 { losses.count }
    private let items: ReplyStream
    private let losses = LossCount()

    /// Creates a stream that decodes the items of another.
    package init(_ items: ReplyStream) { self.items = items }

    /// Creates the iterator that reads the stream.
    public func makeAsyncIterator() -> Iterator { Iterator(items: items.makeAsyncIterator(), losses: losses) }

    /// The iterator of a stream.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var items: ReplyStream.Iterator
        fileprivate let losses: LossCount

        /// Returns the next value, or `nil` at the end.
        ///
        /// - Throws: The `CallError` with which the stream ended, or `.internalError` if an item has another type.
        public mutating func next() async throws(CallError) -> Element? {
            guard let item = try await items.next() else { return nil }
            if item.lost > 0 { losses.add(item.lost) }
            return try item.payload.answer("item") as Element
        }

        /// Returns the next value, or `nil` at the end, in the isolation of an actor.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError) -> Element? {
            // Declares the typed error for `for try await`, which reads through this method.
            try await next()
        }
    }
}

extension ValueStream: Sendable {}

/// The number of dropped events, shared by a stream and its iterator.
private final class LossCount: Sendable {
    private let value = Atomic<UInt64>(0)

    var count: UInt64 { value.load(ordering: .relaxed) }

    func add(_ lost: UInt64) { value.wrappingAdd(lost, ordering: .relaxed) }
}
