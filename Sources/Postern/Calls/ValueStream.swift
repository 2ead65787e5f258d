internal import Synchronization

/// A stream of decoded values.
///
/// Read by one reader, who stops the producer by ending the iteration. Events of a topic that came faster than they were
/// read are missing: ``lost`` grows by their number when the next one is delivered.
public struct ValueStream<Element: Decodable>: AsyncSequence {
    /// Where in a topic the first item stands; `nil` for streams without history.
    public var position: StreamPosition? { items.position }
    /// How many events of the topic are missing before the value that was delivered last, in all; 0 for streams without
    /// history.
    public var lost: UInt64 { losses.count }
    private let items: ReplyStream
    private let losses = LossCount()

    /// Decodes the items of a stream.
    package init(_ items: ReplyStream) { self.items = items }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(items: items.makeAsyncIterator(), losses: losses) }

    /// Reads a stream, value by value.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var items: ReplyStream.Iterator
        fileprivate let losses: LossCount

        /// The next value, `nil` at the end.
        ///
        /// - Throws: `CallError` when the stream ended with one, or an item is not of the expected type.
        public mutating func next() async throws(CallError) -> Element? {
            guard let item = try await items.next() else { return nil }
            if item.lost > 0 { losses.add(item.lost) }
            return try item.payload.answer("item") as Element
        }

        /// The next value; where it runs does not matter.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError) -> Element? {
            try await next()
        }
    }
}

extension ValueStream: Sendable {}

/// How many events a reader has missed; a sequence and its iterator share it.
private final class LossCount: Sendable {
    private let value = Atomic<UInt64>(0)

    var count: UInt64 { value.load(ordering: .relaxed) }

    func add(_ lost: UInt64) { value.wrappingAdd(lost, ordering: .relaxed) }
}
