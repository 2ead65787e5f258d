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
        try self.init(encoding: Value(from: decoder), as: MessagePack.self)
    }

    /// Encodes the value that the bytes stand for.
    public func encode(to encoder: any Encoder) throws { try decode(Value.self).encode(to: encoder) }
}

extension Payload: DescribedType { static var typeWord: String { "any" } }
