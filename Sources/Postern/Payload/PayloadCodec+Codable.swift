extension PayloadCodec {
    /// Encodes any value, straight into the output.
    ///
    /// What was appended is taken off again when it fails. The encoder needs its containers closed in order: writing to
    /// an outer one closes those inside it, and writing to a closed one fails.
    ///
    /// - Throws: `.notEncodable` with the path to the value in its message (`user.name[2]: …`), `.limitExceeded` for
    ///   values nested deeper than 64.
    public static func encode(_ value: some Encodable, into output: inout [UInt8]) throws(PayloadError) {
        if try writeFrequent(value, self, &output) { return }
        let start = output.count
        do throws(PayloadError) {
            if let scalar = value as? any PayloadScalar { return try scalar.write(as: self, into: &output) }
            let sink = EncodingSink(taking: &output, codec: self)
            defer { sink.giveBack(to: &output) }
            do { try ValueEncoder(sink: sink).encode(value) } catch { throw PayloadError(encoding: error) }
            try sink.finish()
        } catch {
            output.removeLast(output.count - start)
            throw error
        }
    }

    /// Decodes a value of any type.
    ///
    /// - Throws: `PayloadError` with the path to the value in its message (`user.name[2]: …`), also for what the type
    ///   itself finds wrong.
    public static func decode<T: Decodable>(_ type: T.Type, from value: Span<UInt8>) throws(PayloadError) -> T {
        if let frequent = readFrequent(type, value, self) { return frequent }
        if let scalar = type as? any PayloadScalar.Type, let result = try scalar.read(value, as: self) as? T {
            return result
        }
        let source = DecodingSource(bytes: Array(copying: value), codec: self)
        do {
            return try T(from: ValueDecoder(source: source, range: 0..<value.count, path: CodingTrail(), depth: 0))
        } catch {
            throw PayloadError(decoding: error)
        }
    }
}
