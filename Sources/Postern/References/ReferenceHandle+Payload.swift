/// A type that travels as a reference.
protocol ReferenceValue: PayloadScalar, DescribedType {
    static var kind: ReferenceKind { get }
    var handle: ReferenceHandle { get }
    init(handle: ReferenceHandle)
}

extension ReferenceValue {
    static var typeWord: String { kind.rawValue }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self {
        guard codec == MessagePack.self else { throw .noReferences(in: codec) }
        let reference = try MessagePack.readReference(value)
        guard reference.kind == kind else {
            throw .expected("a reference to a \(kind)", found: "one to a \(reference.kind)")
        }
        guard let message = ReceivedReferences.current?.message else {
            throw PayloadError(.noConnection, "a reference is read outside a connection")
        }
        return Self(handle: try message.find(reference))
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        guard codec == MessagePack.self else { throw .noReferences(in: codec) }
        guard let message = SentReferences.current else {
            throw PayloadError(.noConnection, "a reference is written outside a connection")
        }
        MessagePack.write(try message.name(handle), into: &output)
    }

    /// Fails: only the encodings of a connection can carry a reference.
    public init(from decoder: any Decoder) throws {
        throw PayloadError(.noConnection, "a reference is read outside a connection")
    }

    /// Fails: only the encodings of a connection can carry a reference.
    public func encode(to encoder: any Encoder) throws {
        throw PayloadError(.noConnection, "a reference is written outside a connection")
    }
}

extension PayloadError {
    fileprivate static func noReferences(in codec: any PayloadCodec.Type) -> PayloadError {
        PayloadError(.notEncodable, "a reference cannot be carried by \(codec.name)")
    }
}

extension Payload {
    /// The payload for the other end of a connection: references in it that came over another are named anew.
    func naming(for peer: Peer) throws(PayloadError) -> (bytes: [UInt8], references: SentReferences?) {
        switch references {
        case nil: return (bytes, nil)
        case .sent(let sent) where sent.peer === peer: return (bytes, sent)
        case .sent: throw PayloadError(.noConnection, "the references were encoded for another connection")
        case .received(let received):
            let sent = SentReferences(to: peer)
            return (try renamed(received, sent), sent)
        }
    }

    /// The bytes as a part of a message that is being encoded.
    func naming(in message: SentReferences) throws(PayloadError) -> [UInt8] {
        switch references {
        case nil: return bytes
        case .sent: throw PayloadError(.noConnection, "the references were encoded for another message")
        case .received(let received): return try renamed(received, message)
        }
    }

    private func renamed(_ received: ReceivedReferences, _ sent: SentReferences) throws(PayloadError) -> [UInt8] {
        var renamed = bytes
        try MessagePack.replaceReferences(in: &renamed) { (reference) throws(PayloadError) in
            try sent.name(try received.find(reference))
        }
        return renamed
    }
}
