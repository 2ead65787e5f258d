/// How values of one type are read, chosen once and then called many times.
@usableFromInline
struct PayloadReader<Content: Decodable & Sendable>: Sendable {
    /// Reads one value.
    @usableFromInline let read: @Sendable (Span<UInt8>, any PayloadCodec.Type) throws(PayloadError) -> Content

    /// Chooses the type's own functions where it has some, `Codable` otherwise.
    init() {
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
    private static func reader<Scalar: PayloadScalar>(of scalar: Scalar.Type) -> Self? {
        let reader = PayloadReader<Scalar> { (value, codec) throws(PayloadError) in
            try Scalar.read(value, as: codec)
        }
        return reader as? Self
    }
}

/// How values of one type are written, chosen once and then called many times.
@usableFromInline
struct PayloadWriter<Content: Encodable & Sendable>: Sendable {
    /// Appends one value.
    @usableFromInline let write: @Sendable (Content, any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void

    /// Chooses the type's own functions where it has some, `Codable` otherwise.
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
    private static func writer<Scalar: PayloadScalar>(of scalar: Scalar.Type) -> Self? {
        let writer = PayloadWriter<Scalar> { (value, codec, output) throws(PayloadError) in
            try value.write(as: codec, into: &output)
        }
        return writer as? Self
    }
}
