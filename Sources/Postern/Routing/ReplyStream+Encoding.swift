extension ReplyStream {
    /// Makes a stream of the encoded elements of a sequence.
    ///
    /// An element that cannot be encoded ends the stream with `.internalError`, an error of the sequence as
    /// ``CallError/init(thrownByHandler:)`` says.
    public init<Values: AsyncSequence & Sendable>(
        encoding values: Values,
        as codec: any PayloadCodec.Type
    ) where Values.Element: Encodable & Sendable {
        self.init {
            let reader = EncodingReader(values, codec)
            return { () async throws(CallError) in try await reader.next() }
        }
    }
}

/// Owns the iterator of a sequence for one reader.
private actor EncodingReader<Values: AsyncSequence & Sendable> where Values.Element: Encodable & Sendable {
    private var iterator: Values.AsyncIterator?
    private let codec: any PayloadCodec.Type
    private let result = ResultEncoder<Values.Element>()

    init(_ values: Values, _ codec: any PayloadCodec.Type) {
        iterator = values.makeAsyncIterator()
        self.codec = codec
    }

    /// The next item; `nil` at the end, after an error, and to a second reader.
    func next() async throws(CallError) -> StreamItem? {
        guard var current = iterator.take() else { return nil }
        let element: Values.Element?
        do { element = try await current.next(isolation: self) } catch { throw CallError(thrownByHandler: error) }
        guard let element else { return nil }
        let item = StreamItem(try result.payload(element, as: codec))
        iterator = current
        return item
    }
}
