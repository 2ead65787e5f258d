/// A stream of decoded values.
///
/// Read by one reader, who stops the producer by ending the iteration.
public struct ValueStream<Element: Decodable>: AsyncSequence {
    /// Where in a topic the first item stands; `nil` for streams without history.
    public var position: StreamPosition? { items.position }
    private let items: ReplyStream

    /// Decodes the items of a stream.
    public init(_ items: ReplyStream) { self.items = items }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(items: items.makeAsyncIterator()) }

    /// Reads a stream, value by value.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var items: ReplyStream.Iterator

        /// The next value, `nil` at the end.
        ///
        /// - Throws: `CallError` when the stream ended with one, or an item is not of the expected type.
        public mutating func next() async throws(CallError) -> Element? {
            guard let item = try await items.next() else { return nil }
            return try item.payload.answer("item") as Element
        }

        /// The next value; where it runs does not matter.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError) -> Element? {
            try await next()
        }
    }
}

extension ValueStream: Sendable {}
