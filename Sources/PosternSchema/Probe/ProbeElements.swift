/// The array that a probed type reads: as long as the type reads positions, or of one element if it asks for the end.
struct ProbeElements: UnkeyedDecodingContainer {
    let decoder: ProbeDecoder
    private(set) var currentIndex = 0

    init(decoder: ProbeDecoder) { self.decoder = decoder }

    var codingPath: [any CodingKey] { decoder.codingPath }

    var count: Int? {
        decoder.trace.isList = true
        return length
    }

    var isAtEnd: Bool {
        decoder.trace.isList = true
        // A loop that ignores errors would never end, since no element is read by it.
        return currentIndex >= length || (try? decoder.run.step()) == nil
    }

    private var length: Int { decoder.trace.isMinimal ? 0 : 1 }

    mutating func decodeNil() throws -> Bool { try element().decodeNil() }

    mutating func decode<Content: Decodable>(_ type: Content.Type) throws -> Content {
        let value = try element().decode(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        defer { currentIndex += 1 }
        return try element().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        defer { currentIndex += 1 }
        return try element().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        defer { currentIndex += 1 }
        return try element()
    }

    private func element() throws -> ProbeDecoder {
        try decoder.run.step()
        // A type that keeps reading without asking for the end reads positions, of which there are not many.
        guard currentIndex < 64 else { throw ProbeError.tooLong }
        return decoder.inside(decoder.trace.element(currentIndex), NameKey("\(currentIndex)"))
    }
}
