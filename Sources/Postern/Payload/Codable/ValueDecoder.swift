/// The bytes of one call of `decode`, shared by its decoders.
final class DecodingSource {
    let bytes: [UInt8]
    let codec: any PayloadCodec.Type

    init(bytes: [UInt8], codec: any PayloadCodec.Type) {
        self.bytes = bytes
        self.codec = codec
    }
}

/// The `Decoder` of one value.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let source: DecodingSource
    let range: Range<Int>
    let path: CodingTrail
    /// The number of containers around the value.
    let depth: Int

    var codingPath: [any CodingKey] { path.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedDecoder(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try UnkeyedDecoder(self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool {
        (try? read { (codec, value) throws(PayloadError) in try codec.kind(of: value) }) == .null
    }

    func decode(_ type: Bool.Type) throws -> Bool { try decodeScalar(type) }
    func decode(_ type: String.Type) throws -> String { try decodeScalar(type) }
    func decode(_ type: Double.Type) throws -> Double { try decodeScalar(type) }
    func decode(_ type: Int.Type) throws -> Int { try decodeScalar(type) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        // Types with functions of their own, such as `Data` and `Date`, would decode differently through `Codable`.
        if let scalar = type as? any PayloadScalar.Type, let value = try decodeScalar(scalar) as? T { return value }
        return try T(from: self)
    }

    /// Calls a closure with the bytes of the value; prefixes the message of its error with the path.
    func read<Result>(
        _ body: (any PayloadCodec.Type, Span<UInt8>) throws(PayloadError) -> Result
    ) throws(PayloadError) -> Result {
        let bytes = source.bytes
        do throws(PayloadError) {
            return try body(source.codec, bytes.span.extracting(range))
        } catch {
            throw path.locate(error)
        }
    }

    /// Returns the decoder of a value within this one; the range is relative to this value.
    func inside(_ range: Range<Int>, at path: CodingTrail) throws(PayloadError) -> ValueDecoder {
        let inner = self.range.lowerBound + range.lowerBound..<self.range.lowerBound + range.upperBound
        return ValueDecoder(source: source, range: inner, path: path, depth: depth + 1)
    }

    /// Throws `.limitExceeded` if the value is nested too deeply to be a container.
    func checkDepth() throws(PayloadError) {
        guard depth < PayloadLimits.largestDepth else { throw path.locate(.tooDeep) }
    }

    private func decodeScalar<Scalar: PayloadScalar>(_ type: Scalar.Type) throws -> Scalar {
        try read { (codec, value) throws(PayloadError) in try Scalar.read(value, as: codec) }
    }
}
