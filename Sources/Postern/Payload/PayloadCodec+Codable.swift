extension PayloadCodec {
    /// Encodes any value, straight into the output.
    ///
    /// What was appended is taken off again when it fails.
    public static func encode(_ value: some Encodable, into output: inout [UInt8]) throws(PayloadError) {
        fatalError()
    }

    /// Decodes a value of any type.
    public static func decode<T: Decodable>(_ type: T.Type, from value: Span<UInt8>) throws(PayloadError) -> T {
        fatalError()
    }
}
