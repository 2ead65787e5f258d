/// Arguments as they are written for the other end.
extension Peer {
    /// Encodes positional arguments; those that hold references once more, for this connection.
    func positional<each Argument: Encodable>(_ arguments: repeat each Argument) throws(CallError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try Self.encode(repeat each arguments) } catch let fault { error = fault }
        return try withReferences(after: error) { () throws(PayloadError) in try Self.encode(repeat each arguments) }
    }

    /// Encodes named arguments; those that hold references once more, for this connection.
    func named(_ arguments: KeyValuePairs<String, any Encodable>) throws(CallError) -> Payload {
        let error: PayloadError
        do throws(PayloadError) { return try Self.encode(arguments) } catch let fault { error = fault }
        return try withReferences(after: error) { () throws(PayloadError) in try Self.encode(arguments) }
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

    /// Encodes positional arguments.
    static func encode<each Argument: Encodable>(_ arguments: repeat each Argument) throws(PayloadError) -> Payload {
        var bytes: [UInt8] = []
        var mark = MessagePack.beginArguments(named: false, into: &bytes)
        for argument in repeat each arguments {
            MessagePack.nextElement(&mark, into: &bytes)
            try MessagePack.encode(argument, into: &bytes)
        }
        MessagePack.endArguments(mark, named: false, into: &bytes)
        return Payload(bytes: bytes, codec: MessagePack.self)
    }

    private static func encode(_ arguments: KeyValuePairs<String, any Encodable>) throws(PayloadError) -> Payload {
        var bytes: [UInt8] = []
        var mark = MessagePack.beginArguments(named: true, into: &bytes)
        for (name, argument) in arguments {
            MessagePack.nextMember(named: name, &mark, into: &bytes)
            try MessagePack.encode(argument, into: &bytes)
        }
        MessagePack.endArguments(mark, named: true, into: &bytes)
        return Payload(bytes: bytes, codec: MessagePack.self)
    }
}
