/// The encoder of the results of one method.
@usableFromInline
struct ResultEncoder<Result: Encodable & Sendable>: Sendable {
    @usableFromInline let writer: PayloadWriter<Result>

    @usableFromInline
    init() { writer = PayloadWriter() }

    /// Appends a result; leaves the output unchanged if it throws.
    @inlinable
    func append(_ value: Result, as codec: any PayloadCodec.Type, to output: inout [UInt8]) throws(CallError) {
        let start = output.count
        do throws(PayloadError) {
            // Inlined for the most frequent types, whose branch is constant; the others call a closure.
            if try !writeFrequent(value, codec, &output) { try writer.write(value, codec, &output) }
        } catch {
            output.removeLast(output.count - start)
            throw fault(error, value)
        }
    }

    /// Returns the error for a result that could not be encoded.
    ///
    /// A result that contains references can only be encoded for a specific connection, which this function does not
    /// know; its error carries a closure that encodes it later.
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

    /// Returns the payload of a result, with its references encoded for the connection of the caller.
    @usableFromInline
    func payload(_ value: Result, for call: Call) throws(CallError) -> Payload {
        do throws(CallError) { return try payload(value, as: call.arguments.codec) } catch {
            // The result contains references, and the caller is the connection that they are for.
            guard let result = error.unfinished, let caller = call.caller else { throw error }
            return try result.payload(for: caller.link.openConnection)
        }
    }

    /// Returns the payload of a result.
    @usableFromInline
    func payload(_ value: Result, as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        var payload = Payload(bytes: [], codec: codec)
        try append(value, as: codec, to: &payload.bytes)
        return payload
    }
}

extension Payload {
    /// Returns the encoded null value: the reply of a method without a result.
    @usableFromInline
    static func null(as codec: any PayloadCodec.Type) -> Payload {
        var payload = Payload(bytes: [], codec: codec)
        codec.writeNull(into: &payload.bytes)
        return payload
    }
}

extension ReplyStream {
    /// Creates a stream of the encoded elements of a sequence, as the reply to a call.
    ///
    /// Reading the stream iterates the sequence. An element that cannot be encoded ends the stream with
    /// `.internalError`, and an error of the sequence ends it as `CallError.init(thrownByHandler:)` describes.
    ///
    /// - Parameters:
    ///   - values: The sequence, which is iterated once for each reader of the stream.
    ///   - call: The call that the stream answers; its arguments determine the encoding.
    @inlinable
    public init<Values: AsyncSequence & Sendable>(
        encoding values: Values,
        for call: Call
    ) where Values.Element: Encodable & Sendable {
        // The arguments are dropped, because the references in them would stay retained while the stream lives.
        let answered = Call(
            call.method,
            arguments: Payload(bytes: [], codec: call.arguments.codec),
            caller: call.caller
        )
        let result = ResultEncoder<Values.Element>()
        self.init {
            // `nil` after the end and after an error, so that the sequence is released then.
            var iterator: Values.AsyncIterator? = values.makeAsyncIterator()
            return { () async throws(CallError) in
                // Moved to a local variable, because `next` mutates it across a suspension; moved back unless it has
                // ended.
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
