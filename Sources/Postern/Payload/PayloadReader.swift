/// A function that decodes values of one type, selected once when a method is registered.
@usableFromInline
struct PayloadReader<Content: Decodable & Sendable>: Sendable {
    /// Decodes one value.
    @usableFromInline let read: @Sendable (Span<UInt8>, any PayloadCodec.Type) throws(PayloadError) -> Content

    /// Creates a reader that calls the functions of a `PayloadScalar`, and `Codable` for any other type.
    init() {
        // The conformance is looked up here, because the cast is too slow for each call.
        if let scalar = Content.self as? any PayloadScalar.Type, let reader = Self.reader(of: scalar) {
            self = reader
        } else {
            self.init { (value, codec) throws(PayloadError) in try codec.decode(Content.self, from: value) }
        }
    }

    private init(_ read: @escaping @Sendable (Span<UInt8>, any PayloadCodec.Type) throws(PayloadError) -> Content) {
        self.read = read
    }
}

extension PayloadReader {
    /// Returns a reader that calls the functions of `Scalar`, which is `Content`.
    private static func reader<Scalar: PayloadScalar>(of scalar: Scalar.Type) -> Self? {
        let reader = PayloadReader<Scalar> { (value, codec) throws(PayloadError) in
            try Scalar.read(value, as: codec)
        }
        // Always succeeds: both types are the same, which the compiler cannot see.
        return reader as? Self
    }
}

/// A function that encodes values of one type, selected once when a method is registered.
@usableFromInline
struct PayloadWriter<Content: Encodable & Sendable>: Sendable {
    /// Appends the encoding of one value.
    @usableFromInline let write: @Sendable (Content, any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void

    /// Creates a writer that calls the functions of a `PayloadScalar`, and `Codable` for any other type.
    init() {
        if let scalar = Content.self as? any PayloadScalar.Type, let writer = Self.writer(of: scalar) {
            self = writer
        } else {
            self.init { (value, codec, output) throws(PayloadError) in try codec.encode(value, into: &output) }
        }
    }

    private init(
        _ write: @escaping @Sendable (Content, any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void
    ) {
        self.write = write
    }
}

extension PayloadWriter {
    /// Returns a writer that calls the functions of `Scalar`, which is `Content`.
    private static func writer<Scalar: PayloadScalar>(of scalar: Scalar.Type) -> Self? {
        let writer = PayloadWriter<Scalar> { (value, codec, output) throws(PayloadError) in
            try value.write(as: codec, into: &output)
        }
        return writer as? Self
    }
}
