/// The encoding container of one array.
struct UnkeyedEncoder: UnkeyedEncodingContainer {
    let sink: EncodingSink
    let container: EncodingSink.Container
    let trail: CodingTrail

    var codingPath: [any CodingKey] { trail.keys }
    private(set) var count = 0

    init(sink: EncodingSink, container: EncodingSink.Container, trail: CodingTrail) {
        self.sink = sink
        self.container = container
        self.trail = trail
        // Not zero if a superclass has already encoded elements into the same array.
        count = sink.count(of: container)
    }

    mutating func encodeNil() throws { try write { (codec, output) in codec.writeNull(into: &output) } }

    mutating func encode(_ value: Bool) throws {
        try write { (codec, output) in codec.write(value, into: &output) }
    }

    mutating func encode(_ value: String) throws {
        try write { (codec, output) in codec.write(value, into: &output) }
    }

    mutating func encode(_ value: Double) throws {
        try write { (codec, output) throws(PayloadError) in try codec.write(value, into: &output) }
    }

    mutating func encode(_ value: Int) throws {
        try write { (codec, output) in codec.write(Int64(value), into: &output) }
    }

    mutating func encode(_ value: some Encodable) throws { try nextEncoder().encode(value) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nextEncoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nextEncoder().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { nextEncoder() }

    private mutating func nextEncoder() -> ValueEncoder {
        count += 1
        return ValueEncoder(sink: sink, in: container, key: nil, trail: trail.appending(count - 1))
    }

    private mutating func write(
        _ body: (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void
    ) throws {
        let index = count
        count += 1
        try sink.announce(nil, in: container, at: trail.appending(index))
        try sink.write(at: trail.appending(index), body)
    }
}
