/// Encoded arguments or an encoded result: bytes and how they are encoded, decoded late or never.
public struct Payload: Sendable {
    /// The encoded bytes.
    @usableFromInline package var bytes: [UInt8]
    /// The encoding of the bytes.
    @usableFromInline package var codec: any PayloadCodec.Type
    /// The references among the values; `nil` for none.
    package var references: PayloadReferences?

    /// Takes encoded bytes as they are.
    @inlinable
    package init(bytes: [UInt8], codec: any PayloadCodec.Type) {
        self.bytes = bytes
        self.codec = codec
    }

    /// Creates a payload by encoding one value as MessagePack; an answer to a JSON client is converted when it is sent.
    ///
    /// - Throws: `PayloadError` with `.notEncodable` when the encoding has no form for the value.
    public init(encoding value: some Encodable) throws(PayloadError) {
        try self.init(encoding: value, as: MessagePack.self)
    }

    /// Creates a payload by encoding one value.
    ///
    /// - Throws: `PayloadError` with `.notEncodable` when the encoding has no form for the value.
    package init(encoding value: some Encodable, as codec: any PayloadCodec.Type) throws(PayloadError) {
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
    package func transcoded(to target: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        guard codec != target else { return self }
        if isMessagePack, target == MessagePack.self { return Payload(bytes: bytes, codec: target) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try codec.transcode(bytes.span, to: target, into: &output)
        return Payload(bytes: output, codec: target)
    }

    /// The same arguments in another encoding; themselves when the encoding is the same.
    package func transcodedArguments(to target: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        guard codec != target else { return self }
        if isMessagePack, target == MessagePack.self { return Payload(bytes: bytes, codec: target) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try codec.transcodeArguments(bytes.span, to: target, into: &output)
        return Payload(bytes: output, codec: target)
    }
}

/// A payload as a parameter or a result passes through: it is neither decoded nor encoded.
extension Payload: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        var payload = Payload(bytes: [UInt8](copying: value), codec: codec)
        if let message = ReceivedReferences.current?.message { payload.references = .received(message) }
        return payload
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        if references != nil {
            guard let message = SentReferences.current else {
                throw PayloadError(.noConnection, "a reference is written outside a connection")
            }
            output += try naming(in: message, as: codec)
        } else if codec == self.codec {
            output.append(copying: bytes.span)
        } else {
            try self.codec.transcode(bytes.span, to: codec, into: &output)
        }
    }
}

/// Inside other values a payload is decoded and encoded like any value.
extension Payload: Codable {
    /// Decodes any value and keeps it as MessagePack.
    public init(from decoder: any Decoder) throws {
        try self.init(encoding: Value(from: decoder))
    }

    /// Encodes the value that the bytes stand for.
    public func encode(to encoder: any Encoder) throws { try decode(Value.self).encode(to: encoder) }
}

extension Payload: DescribedType { static var typeWord: String { "any" } }
