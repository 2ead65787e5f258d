package import PosternSchema

/// Encoded arguments or an encoded value: bytes and their encoding.
///
/// A payload is decoded where its value is used, which for a payload that is passed on is never. As a parameter or
/// result of a method, it accepts any value.
public struct Payload: Sendable {
    /// The encoded bytes.
    @usableFromInline package var bytes: [UInt8]
    /// The encoding of the bytes.
    @usableFromInline package var codec: any PayloadCodec.Type
    /// The references among the values, or `nil` if there are none.
    package var references: PayloadReferences?

    /// Creates a payload from encoded bytes, which are not validated.
    @inlinable
    package init(bytes: [UInt8], codec: any PayloadCodec.Type) {
        self.bytes = bytes
        self.codec = codec
    }

    /// Creates a payload by encoding one value.
    ///
    /// The encoding is MessagePack; a payload for a JSON client is converted when it is sent.
    ///
    /// - Throws: `PayloadError` with `.notEncodable` if the encoding cannot represent the value, `.limitExceeded` if it
    ///   is nested deeper than 64 levels, or `.noConnection` if it contains a reference.
    public init(encoding value: some Encodable) throws(PayloadError) {
        try self.init(encoding: value, as: MessagePack.self)
    }

    /// Creates a payload by encoding one value in a particular encoding.
    ///
    /// - Throws: `PayloadError` as ``init(encoding:)``.
    package init(encoding value: some Encodable, as codec: any PayloadCodec.Type) throws(PayloadError) {
        bytes = []
        self.codec = codec
        try codec.encode(value, into: &bytes)
    }

    /// Decodes the value.
    ///
    /// - Throws: `PayloadError` if the bytes are malformed or the value has another type; its message contains the path
    ///   to the value, such as `user.name[2]: …`.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws(PayloadError) -> T {
        // References are resolved against the message that they arrived with.
        guard case .received(let message) = references else { return try codec.decode(type, from: bytes.span) }
        return try message.reading { () throws(PayloadError) in try codec.decode(type, from: bytes.span) }
    }

    /// Returns the value in another encoding, or `self` if the encoding is the same.
    package func transcoded(to target: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        guard codec != target else { return self }
        // Only reading differs between the two forms of MessagePack: the bytes stay.
        if isMessagePack, target == MessagePack.self { return Payload(bytes: bytes, codec: target) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try codec.transcode(bytes.span, to: target, into: &output)
        return Payload(bytes: output, codec: target)
    }

    /// Returns the arguments in another encoding, or `self` if the encoding is the same.
    package func transcodedArguments(to target: any PayloadCodec.Type) throws(PayloadError) -> Payload {
        guard codec != target else { return self }
        if isMessagePack, target == MessagePack.self { return Payload(bytes: bytes, codec: target) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        try codec.transcodeArguments(bytes.span, to: target, into: &output)
        return Payload(bytes: output, codec: target)
    }
}

// As a parameter or a result, a payload is passed through without being decoded or encoded.
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

// Within another value, a payload is decoded and encoded like any value.
extension Payload: Codable {
    /// Creates a payload by decoding any value, which is stored as MessagePack.
    public init(from decoder: any Decoder) throws {
        try self.init(encoding: Value(from: decoder))
    }

    /// Encodes the value of the payload.
    public func encode(to encoder: any Encoder) throws { try decode(Value.self).encode(to: encoder) }
}

extension Payload: KnownType {
    package static var schemaNode: SchemaNode { .any }
    package static func sample(for run: ProbeRun) throws -> Payload { try Payload(encoding: Value.null) }
}
