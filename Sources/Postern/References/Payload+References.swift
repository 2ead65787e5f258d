extension Payload {
    /// Whether the payload contains references.
    package var holdsReferences: Bool { references != nil }

    /// Whether the payload contains references that the other side of a connection owns.
    ///
    /// Such a payload has to be sent on this connection: on another one, the references would not return to their
    /// owner.
    package func returnsReferences(to connection: any ReferenceConnection) -> Bool {
        switch references {
        case nil: false
        case .sent(let sent): sent.numbers?.returned.isEmpty == false
        case .received(let received): received.includesReference(over: connection)
        }
    }

    /// Attaches the references of the message in which the bytes were received.
    package mutating func attach(_ received: ReceivedReferences) { references = .received(received) }

    /// Returns the payload with its references renamed for a connection, in the encoding of that connection.
    package func named(for connection: any ReferenceConnection) throws(PayloadError) -> Payload {
        let (bytes, sent) = try naming(for: connection)
        var payload = Payload(bytes: bytes, codec: connection.codec)
        payload.references = sent.map(PayloadReferences.sent)
        return payload
    }

    /// Counts the references as sent.
    ///
    /// Must be called in the step that writes the bytes.
    package func commitReferences() { if case .sent(let sent) = references { sent.commit() } }

    /// Returns the bytes as a connection carries them, and the references in them.
    ///
    /// References that were received on another connection are renamed.
    ///
    /// - Throws: `.noConnection` if the payload was encoded for another connection, `.tooManyReferences`, and
    ///   `.notEncodable` if an encoding has no form for references.
    package func naming(
        for connection: any ReferenceConnection,
        asArguments isArguments: Bool = false
    ) throws(PayloadError) -> (bytes: [UInt8], references: SentReferences?) {
        switch references {
        case nil:
            let codec = connection.codec
            return (try (isArguments ? transcodedArguments(to: codec) : transcoded(to: codec)).bytes, nil)
        // Already named for this connection, when the payload was encoded.
        case .sent(let sent) where sent.connection === connection: return (bytes, sent)
        case .sent: throw PayloadError(.noConnection, "the references were encoded for another connection")
        case .received(let received):
            let sent = SentReferences(to: connection)
            return (try renamed(received, sent, connection.codec, isArguments: isArguments), sent)
        }
    }

    /// Returns the bytes as a part of a message that is being encoded.
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
        // All references of MessagePack have the same size, so the numbers are overwritten in a copy of the bytes.
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
