extension ReplyStream {
    /// Makes a stream of the encoded elements of a sequence.
    ///
    /// An element that cannot be encoded ends the stream with `.internalError`, an error of the sequence as
    /// ``CallError/init(thrownByHandler:)`` says.
    public init<Values: AsyncSequence & Sendable>(
        encoding values: Values,
        as codec: any PayloadCodec.Type
    ) where Values.Element: Encodable & Sendable {
        self.init(encoding: values, for: Call("", arguments: Payload(bytes: [], codec: codec)))
    }

    /// Makes a stream of the encoded elements of a sequence, as the answer to a call.
    @usableFromInline
    init<Values: AsyncSequence & Sendable>(
        encoding values: Values,
        for call: Call
    ) where Values.Element: Encodable & Sendable {
        // The arguments are not needed any more, and may hold references.
        let answered = Call(
            call.method,
            arguments: Payload(bytes: [], codec: call.arguments.codec),
            caller: call.caller
        )
        self.init {
            let reader = EncodingReader(values, answered)
            return { () async throws(CallError) in try await reader.next() }
        }
    }
}

/// Owns the iterator of a sequence for one reader.
private actor EncodingReader<Values: AsyncSequence & Sendable> where Values.Element: Encodable & Sendable {
    private var iterator: Values.AsyncIterator?
    private let call: Call
    private let result = ResultEncoder<Values.Element>()

    init(_ values: Values, _ call: Call) {
        iterator = values.makeAsyncIterator()
        self.call = call
    }

    /// The next item; `nil` at the end, after an error, and to a second reader.
    func next() async throws(CallError) -> StreamItem? {
        guard var current = iterator.take() else { return nil }
        let element: Values.Element?
        do { element = try await current.next(isolation: self) } catch { throw CallError(thrownByHandler: error) }
        guard let element else { return nil }
        let item = StreamItem(try result.payload(element, for: call))
        iterator = current
        return item
    }
}
