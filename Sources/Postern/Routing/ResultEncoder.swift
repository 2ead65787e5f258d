/// How the results of one method are written.
@usableFromInline
struct ResultEncoder<Result: Encodable & Sendable>: Sendable {
    @usableFromInline let writer: PayloadWriter<Result>

    @usableFromInline
    init() { writer = PayloadWriter() }

    /// Appends a result; takes it off again when it fails.
    @inlinable
    func append(_ value: Result, as codec: any PayloadCodec.Type, to output: inout [UInt8]) throws(CallError) {
        let start = output.count
        do throws(PayloadError) {
            if try !writeFrequent(value, codec, &output) { try writer.write(value, codec, &output) }
        } catch {
            output.removeLast(output.count - start)
            throw fault(error, value)
        }
    }

    /// The error of a result that could not be encoded; one with references may still be, by who knows for whom.
    @usableFromInline
    func fault(_ error: PayloadError, _ value: Result) -> CallError {
        var fault = CallError(ofResult: error)
        if error.reason == .noConnection {
            fault.unfinished = UnfinishedResult { [writer] (codec, output) throws(PayloadError) in
                try writer.write(value, codec, &output)
            }
        }
        return fault
    }

    /// Encodes the result of a call by itself, for its caller.
    @usableFromInline
    func payload(_ value: Result, for call: Call) throws(CallError) -> Payload {
        do throws(CallError) { return try payload(value, as: call.arguments.codec) } catch {
            guard let result = error.unfinished, let caller = call.caller else { throw error }
            return try result.payload(for: caller.link.openConnection)
        }
    }

    /// Encodes a result by itself.
    @usableFromInline
    func payload(_ value: Result, as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        var payload = Payload(bytes: [], codec: codec)
        try append(value, as: codec, to: &payload.bytes)
        return payload
    }
}

extension Payload {
    /// The encoded null: the reply of a method without result.
    @usableFromInline
    static func null(as codec: any PayloadCodec.Type) -> Payload {
        var payload = Payload(bytes: [], codec: codec)
        codec.writeNull(into: &payload.bytes)
        return payload
    }
}

extension ReplyStream {
    /// Makes a stream of the encoded elements of a sequence, as the answer to a call.
    ///
    /// An element that cannot be encoded ends the stream with `.internalError`, an error of the sequence as
    /// ``CallError/init(thrownByHandler:)`` says.
    @inlinable
    public init<Values: AsyncSequence & Sendable>(
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
