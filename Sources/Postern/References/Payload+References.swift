extension Payload {
    /// Whether the bytes hold references.
    package var holdsReferences: Bool { references != nil }

    /// Whether references of the other end of a connection are among the values: over another one they would not return.
    package func returnsReferences(to connection: any ReferenceConnection) -> Bool {
        switch references {
        case nil: false
        case .sent(let sent): !sent.numbers.returned.isEmpty
        case .received(let received): received.includesReference(over: connection)
        }
    }

    /// Attaches the references of the message that the bytes came with.
    package mutating func attach(_ received: ReceivedReferences) { references = .received(received) }

    /// The payload for the other end of a connection, with the references in it named for that.
    package func named(for connection: any ReferenceConnection) throws(PayloadError) -> Payload {
        let (bytes, sent) = try naming(for: connection)
        var payload = Payload(bytes: bytes, codec: connection.codec)
        payload.references = sent.map(PayloadReferences.sent)
        return payload
    }

    /// Counts that the references leave; called in the same step that writes the bytes for the other end.
    package func commitReferences() { if case .sent(let sent) = references { sent.commit() } }

    /// The bytes for the other end of a connection: references in it that came over another are named anew.
    package func naming(
        for connection: any ReferenceConnection,
        asArguments isArguments: Bool = false
    ) throws(PayloadError) -> (bytes: [UInt8], references: SentReferences?) {
        switch references {
        case nil:
            let codec = connection.codec
            return (try (isArguments ? transcodedArguments(to: codec) : transcoded(to: codec)).bytes, nil)
        case .sent(let sent) where sent.connection === connection: return (bytes, sent)
        case .sent: throw PayloadError(.noConnection, "the references were encoded for another connection")
        case .received(let received):
            let sent = SentReferences(to: connection)
            return (try renamed(received, sent, connection.codec, isArguments: isArguments), sent)
        }
    }

    /// The bytes as a part of a message that is being encoded.
    func naming(in message: SentReferences, as codec: any PayloadCodec.Type) throws(PayloadError) -> [UInt8] {
        switch references {
        case nil: return try transcoded(to: codec).bytes
        case .sent: throw PayloadError(.noConnection, "the references were encoded for another message")
        case .received(let received): return try renamed(received, message, codec, isArguments: false)
        }
    }

    private func renamed(
        _ received: ReceivedReferences,
        _ sent: SentReferences,
        _ target: any PayloadCodec.Type,
        isArguments: Bool
    ) throws(PayloadError) -> [UInt8] {
        let naming: ReferenceNaming = { (reference) throws(PayloadError) in
            try sent.name(try received.find(reference))
        }
        if isMessagePack, target == MessagePack.self {
            var renamed = bytes
            try MessagePack.replaceReferences(in: &renamed, naming)
            return renamed
        }
        guard let codec = codec as? any ReferenceCodec.Type, let target = target as? any ReferenceCodec.Type else {
            throw PayloadError(.notEncodable, "a reference cannot be carried from \(codec.name) to \(target.name)")
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        if isArguments {
            try codec.transcodeArguments(bytes.span, to: target, naming: naming, into: &output)
        } else {
            try codec.transcode(bytes.span, to: target, naming: naming, into: &output)
        }
        return output
    }
}
