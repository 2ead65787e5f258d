/// A result that could not be encoded where its handler ran, because it holds references and nobody knew for whom.
///
/// A short method runs without knowing who called it; whoever does finishes its result.
final class UnfinishedResult: Sendable {
    private let write: @Sendable (inout [UInt8]) throws(PayloadError) -> Void

    init(_ write: @escaping @Sendable (inout [UInt8]) throws(PayloadError) -> Void) { self.write = write }

    /// Encodes the result for a caller in this process.
    func payloadAtHome() throws(CallError) -> Payload {
        do throws(PayloadError) {
            return try HomeReferences.encoding { () throws(PayloadError) in
                var payload = Payload(bytes: [], codec: MessagePack.self)
                try write(&payload.bytes)
                return payload
            }
        } catch {
            throw CallError(ofResult: error, MessagePack.self)
        }
    }

    /// Encodes the result for the other end of a connection.
    func payload(for peer: Peer) throws(CallError) -> Payload {
        let references = SentReferences(to: peer)
        var payload = Payload(bytes: [], codec: MessagePack.self)
        do throws(PayloadError) {
            try references.collecting { () throws(PayloadError) in try write(&payload.bytes) }
        } catch {
            throw CallError(ofResult: error, MessagePack.self)
        }
        payload.references = .sent(references)
        return payload
    }
}
