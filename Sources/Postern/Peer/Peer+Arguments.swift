/// Arguments as they are written for the other end.
extension Peer {
    /// Encodes arguments; those that hold references once more, for this connection.
    package func encoded<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(repeat each arguments, named: named) }
    }

    /// Encodes the arguments of a dynamic call; those that hold references once more, for this connection.
    func encoded(dynamic arguments: KeyValuePairs<String, any Encodable>) throws(CallError) -> Payload {
        try encoded { () throws(PayloadError) in try ArgumentEncoding.payload(dynamic: arguments) }
    }

    private func encoded(_ encode: () throws(PayloadError) -> Payload) throws(CallError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try encode() } catch let fault { error = fault }
        return try withReferences(after: error, encode)
    }

    /// Encodes one value that holds references.
    func payload(encoding value: some Encodable) throws(CallError) -> Payload {
        let error = PayloadError(.noConnection, "")
        return try withReferences(after: error) { () throws(PayloadError) in
            try Payload(encoding: value, as: MessagePack.self)
        }
    }

    /// Tries again with a place for references, when that was what was missing.
    private func withReferences(
        after error: PayloadError,
        _ encode: () throws(PayloadError) -> Payload
    ) throws(CallError) -> Payload {
        guard error.reason == .noConnection else { throw CallError(error) }
        let references = SentReferences(to: self)
        do throws(PayloadError) {
            var payload = try references.collecting(encode)
            payload.references = .sent(references)
            return payload
        } catch {
            throw CallError(error)
        }
    }
}
