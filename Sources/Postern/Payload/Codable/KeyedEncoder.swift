/// The encoding container of one map.
struct KeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: EncodingSink
    let container: EncodingSink.Container
    let trail: CodingTrail

    var codingPath: [any CodingKey] { trail.keys }

    mutating func encodeNil(forKey key: Key) throws {
        try write(key) { (codec, output) in codec.writeNull(into: &output) }
    }

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        try write(key) { (codec, output) in codec.write(value, into: &output) }
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        try write(key) { (codec, output) in codec.write(value, into: &output) }
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        try write(key) { (codec, output) throws(PayloadError) in try codec.write(value, into: &output) }
    }

    mutating func encode(_ value: Int, forKey key: Key) throws {
        try write(key) { (codec, output) in codec.write(Int64(value), into: &output) }
    }

    mutating func encode(_ value: some Encodable, forKey key: Key) throws { try encoder(forKey: key).encode(value) }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(forKey: key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(forKey: key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { encoder(forKey: TrailKey.parent) }

    mutating func superEncoder(forKey key: Key) -> any Encoder { encoder(forKey: key) }

    private func encoder(forKey key: some CodingKey) -> ValueEncoder {
        ValueEncoder(sink: sink, in: container, key: key.stringValue, trail: trail.appending(key))
    }

    private func write(
        _ key: Key,
        _ body: (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void
    ) throws {
        try sink.announce(key.stringValue, in: container, at: trail.appending(key))
        try sink.write(at: trail.appending(key), body)
    }
}
