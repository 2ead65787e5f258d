/// A result that can only be encoded for a specific connection, because it contains references.
///
/// A short method runs without its call, so the connection is unknown where the result is first encoded. The encoding
/// fails with an error that carries this value, and the caller of the method, which knows the connection, completes it.
final class UnfinishedResult: Sendable {
    private let write: @Sendable (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void

    init(_ write: @escaping @Sendable (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void) {
        self.write = write
    }

    /// Returns the result, encoded for a caller in this process.
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

    /// Returns the result, encoded for a connection.
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
    /// Whether the error only marks a result that is still to be encoded for its connection.
    package var isUnfinishedResult: Bool { unfinished != nil }

    /// Returns the result of the call, encoded for a connection.
    ///
    /// - Throws: This error if it is a real one; otherwise the error of the encoding.
    package func result(for connection: any ReferenceConnection) throws(CallError) -> Payload {
        guard let unfinished else { throw self }
        return try unfinished.payload(for: connection)
    }
}
