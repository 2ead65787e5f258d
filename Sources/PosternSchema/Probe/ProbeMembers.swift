/// The object that a probed type reads: it has every member that the type asks for.
struct ProbeMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ProbeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    /// The keys that the plan chooses, of a type with a fixed set; one key of any name otherwise.
    var allKeys: [Key] {
        guard let keys = EnumCases.values(of: Key.self) else {
            guard !decoder.trace.isMinimal, let key = Key(stringValue: "key") else { return [] }
            decoder.trace.anyName = key.stringValue
            return [key]
        }
        decoder.trace.keyNames = keys.map(\.stringValue)
        // Only the outermost object has its keys varied.
        switch decoder.trace.path.isEmpty ? decoder.run.plan.keys : .one(0) {
        case .none: return []
        case .one(let index): return [keys[index % keys.count]]
        case .all: return keys
        }
    }

    func contains(_ key: Key) -> Bool {
        guard !decoder.trace.isMinimal else { return false }
        return place(key).trace.path != decoder.run.plan.missing
    }

    func decodeNil(forKey key: Key) throws -> Bool { try present(key).decodeNil() }
    func decode<Content: Decodable>(_ type: Content.Type, forKey key: Key) throws -> Content {
        try present(key).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try present(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try present(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { place(NameKey("super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try present(key) }

    private func place(_ key: some CodingKey) -> ProbeDecoder {
        decoder.inside(decoder.trace.member(key.stringValue), key)
    }

    /// Returns the decoder of a member; throws if the plan leaves it out.
    private func present(_ key: Key) throws -> ProbeDecoder {
        try decoder.run.step()
        let place = place(key)
        guard place.trace.path != decoder.run.plan.missing || decoder.trace.isMinimal else {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "the member is missing")
            throw DecodingError.keyNotFound(key, context)
        }
        return place
    }
}
