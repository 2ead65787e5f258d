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
            throw Self.fault(error, codec)
        }
    }

    @usableFromInline
    static func fault(_ error: PayloadError, _ codec: any PayloadCodec.Type) -> CallError {
        CallError(.internalError, "The result cannot be written as \(codec.name): \(error.message)")
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
