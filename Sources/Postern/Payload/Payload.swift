/// Encoded arguments or an encoded result: bytes and how they are encoded, decoded late or never.
public struct Payload: Sendable {
    /// The encoded bytes.
    public var bytes: [UInt8]
    /// The encoding of the bytes.
    public var codec: any PayloadCodec.Type
    /// The references among the values; `nil` for none.
    package var references: PayloadReferences?

    /// Takes encoded bytes as they are.
    public init(bytes: [UInt8], codec: any PayloadCodec.Type) {
        self.bytes = bytes
        self.codec = codec
    }

    /// Encodes one value.
    ///
    /// - Throws: `PayloadError` with `.notEncodable` when the encoding has no form for the value.
    public init(encoding value: some Encodable, as codec: any PayloadCodec.Type) throws(PayloadError) {
        bytes = []
        self.codec = codec
        try codec.encode(value, into: &bytes)
    }

    /// Decodes the bytes as one value.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws(PayloadError) -> T {
        guard case .received(let message) = references else { return try codec.decode(type, from: bytes.span) }
        return try message.reading { () throws(PayloadError) in try codec.decode(type, from: bytes.span) }
    }

    /// The same value in another encoding; itself when the encoding is the same.
    public func transcoded(to target: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        guard codec != target else { return self }
        if isMessagePack, target == MessagePack.self { return Payload(bytes: bytes, codec: target) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try codec.transcode(bytes.span, to: target, into: &output)
        return Payload(bytes: output, codec: target)
    }

    /// The same arguments in another encoding; themselves when the encoding is the same.
    public func transcodedArguments(to target: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        guard codec != target else { return self }
        if isMessagePack, target == MessagePack.self { return Payload(bytes: bytes, codec: target) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try codec.transcodeArguments(bytes.span, to: target, into: &output)
        return Payload(bytes: output, codec: target)
    }
}
