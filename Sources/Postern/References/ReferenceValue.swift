package import PosternSchema

/// A type whose values are encoded as references.
protocol ReferenceValue: PayloadScalar {
    static var kind: ReferenceKind { get }
    var handle: ReferenceHandle { get }
    init(handle: ReferenceHandle)
}

extension ReferenceValue {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Self {
        let reference = try referenceCodec(codec).readReference(value)
        guard reference.kind == kind else {
            throw .expected("a reference to \(kind.phrase)", found: "one to \(reference.kind.phrase)")
        }
        // Set while a message is decoded; a payload that was stored without its references has none.
        guard let message = ReceivedReferences.current?.message else {
            throw PayloadError(.noConnection, "a reference is read outside a connection")
        }
        return Self(handle: try message.find(reference))
    }

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        let codec = try Self.referenceCodec(codec)
        // Not set in the first attempt: this error makes the caller encode again, with a place for references.
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

    /// Always throws, because only the encodings of a connection can carry a reference.
    public init(from decoder: any Decoder) throws {
        throw PayloadError(.noConnection, "a reference is read outside a connection")
    }

    /// Always throws, because only the encodings of a connection can carry a reference.
    public func encode(to encoder: any Encoder) throws {
        throw PayloadError(.noConnection, "a reference is written outside a connection")
    }
}

extension Callback: KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "object", "x-reference": "function"]) }
    package static func sample(for run: ProbeRun) -> Callback { Callback("sample") { () -> Void in } }
}

extension Reference: KnownType {
    package static var schemaNode: SchemaNode { .finished(["type": "object", "x-reference": "object"]) }
    package static func sample(for run: ProbeRun) -> Reference { Reference(to: Router(builtIn: false), "sample") }
}
