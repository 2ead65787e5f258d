/// A type that travels as a reference.
protocol ReferenceValue: PayloadScalar, DescribedType {
    static var kind: ReferenceKind { get }
    var handle: ReferenceHandle { get }
    init(handle: ReferenceHandle)
}

extension ReferenceValue {
    static var typeWord: String { kind == .function ? "function" : "reference" }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self {
        let reference = try referenceCodec(codec).readReference(value)
        guard reference.kind == kind else {
            throw .expected("a reference to \(kind.phrase)", found: "one to \(reference.kind.phrase)")
        }
        guard let message = ReceivedReferences.current?.message else {
            throw PayloadError(.noConnection, "a reference is read outside a connection")
        }
        return Self(handle: try message.find(reference))
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        let codec = try Self.referenceCodec(codec)
        guard let message = SentReferences.current else {
            throw PayloadError(.noConnection, "a reference is written outside a connection")
        }
        codec.write(try message.name(handle), into: &output)
    }

    private static func referenceCodec(
        _ codec: any PayloadCodec.Type
    ) throws(PayloadError) -> any ReferenceCodec.Type {
        if let codec = codec as? any ReferenceCodec.Type { return codec }
        throw PayloadError(.notEncodable, "a reference cannot be carried by \(codec.name)")
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
