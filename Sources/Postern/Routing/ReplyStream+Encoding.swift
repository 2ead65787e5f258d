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
    @inlinable
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
        let result = ResultEncoder<Values.Element>()
        self.init {
            // Let go of at the end and after an error.
            var iterator: Values.AsyncIterator? = values.makeAsyncIterator()
            return { () async throws(CallError) in
                guard var current = iterator.take() else { return nil }
                let element: Values.Element?
                do { element = try await current.next(isolation: #isolation) } catch {
                    throw CallError(thrownByHandler: error, of: answered)
                }
                guard let element else { return nil }
                let item = StreamItem(try result.payload(element, for: answered))
                iterator = current
                return item
            }
        }
    }
}
