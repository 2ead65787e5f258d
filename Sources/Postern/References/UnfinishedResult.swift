/// A result that could not be encoded where its handler ran, because it holds references and nobody knew for whom.
///
/// A short method runs without knowing who called it; whoever does finishes its result.
final class UnfinishedResult: Sendable {
    private let write: @Sendable (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void

    init(_ write: @escaping @Sendable (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void) {
        self.write = write
    }

    /// Encodes the result for a caller in this process.
    func localPayload() throws(CallError) -> Payload {
        do throws(PayloadError) {
            return try SentReferences.encodingLocally { () throws(PayloadError) in
                var payload = Payload(bytes: [], codec: MessagePack.self)
                try write(MessagePack.self, &payload.bytes)
                return payload
            }
        } catch {
            throw CallError(ofResult: error)
        }
    }

    /// Encodes the result for the other end of a connection.
    func payload(for connection: any ReferenceConnection) throws(CallError) -> Payload {
        let references = SentReferences(to: connection)
        var payload = Payload(bytes: [], codec: connection.codec)
        do throws(PayloadError) {
            try references.collecting { () throws(PayloadError) in try write(connection.codec, &payload.bytes) }
        } catch {
            throw CallError(ofResult: error)
        }
        payload.references = .sent(references)
        return payload
    }
}

extension CallError {
    /// Whether nothing went wrong but that nobody knew for whom the references in the result are.
    package var isUnfinishedResult: Bool { unfinished != nil }

    /// The result of the call, for the other end of a connection.
    package func result(for connection: any ReferenceConnection) throws(CallError) -> Payload {
        guard let unfinished else { throw self }
        return try unfinished.payload(for: connection)
    }
}
