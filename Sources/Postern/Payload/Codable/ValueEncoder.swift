/// The `Encoder` of one value.
final class ValueEncoder: Encoder, SingleValueEncodingContainer {
    let sink: EncodingSink
    let trail: CodingTrail
    /// The place of the value in its container until it is announced there; `nil` for the outermost value.
    ///
    /// A type may request an encoder and never use it, so the place is announced with the first byte of the value.
    private var place: (container: EncodingSink.Container, key: String?)?
    /// The container that the value is, once it is opened.
    private var opened: (container: EncodingSink.Container, isMap: Bool)?
    private var isWritten = false

    var codingPath: [any CodingKey] { trail.keys }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Creates the encoder of the outermost value.
    init(sink: EncodingSink) {
        self.sink = sink
        trail = CodingTrail()
    }

    /// Creates the encoder of a member or, without a key, of an element.
    init(sink: EncodingSink, in container: EncodingSink.Container, key: String?, trail: CodingTrail) {
        self.sink = sink
        self.trail = trail
        place = (container, key)
    }

    /// Encodes a whole value; a type whose `encode(to:)` writes nothing becomes an empty map.
    func encode(_ value: some Encodable) throws {
        if let scalar = value as? any PayloadScalar {
            return try write { (codec, output) throws(PayloadError) in try scalar.write(as: codec, into: &output) }
        }
        try value.encode(to: self)
        if !isWritten { _ = open(isMap: true) }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedEncoder(sink: sink, container: open(isMap: true), trail: trail))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedEncoder(sink: sink, container: open(isMap: false), trail: trail)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws { try write { (codec, output) in codec.writeNull(into: &output) } }

    /// Opens the container of the value, or returns the open one: a class and its superclass share it.
    func open(isMap: Bool) -> EncodingSink.Container {
        if let opened {
            if opened.isMap != isMap { failSecondValue() }
            return opened.container
        }
        do { try announce() } catch { sink.fail(PayloadError(encoding: error)) }
        let container = sink.begin(isMap: isMap, at: trail)
        opened = (container, isMap)
        return container
    }

    private func write(_ body: (any PayloadCodec.Type, inout [UInt8]) throws(PayloadError) -> Void) throws {
        try announce()
        try sink.write(at: trail, body)
    }

    private func announce() throws {
        // Recorded rather than thrown, so that a type that catches errors cannot produce a malformed output.
        if isWritten { failSecondValue() }
        isWritten = true
        guard let place = place.take() else { return }
        try sink.announce(place.key, in: place.container, at: trail)
    }

    private func failSecondValue() {
        sink.fail(trail.locate(PayloadError(.notEncodable, "a value is written twice in the same place")))
    }
}

extension ValueEncoder {
    func encode(_ value: Bool) throws { try write { (codec, output) in codec.write(value, into: &output) } }
    func encode(_ value: String) throws { try write { (codec, output) in codec.write(value, into: &output) } }
    func encode(_ value: Int) throws { try write { (codec, output) in codec.write(Int64(value), into: &output) } }
    func encode(_ value: Double) throws {
        try write { (codec, output) throws(PayloadError) in try codec.write(value, into: &output) }
    }
}
