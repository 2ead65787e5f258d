/// The decoding container of one array.
struct UnkeyedDecoder: UnkeyedDecodingContainer {
    private let decoder: ValueDecoder
    private let elements: [Range<Int>]
    private(set) var currentIndex = 0

    /// Creates the container by locating all elements of the array in one pass.
    init(_ decoder: ValueDecoder) throws {
        try decoder.checkDepth()
        self.decoder = decoder
        var elements: [Range<Int>] = []
        try decoder.read { (codec, value) throws(PayloadError) in
            try codec.forEachElement(of: value) { (range) throws(PayloadError) in elements.append(range) }
        }
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
        let isNil = try element().decodeNil()
        if isNil { currentIndex += 1 }
        return isNil
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.decode(type) } }
    mutating func decode(_ type: String.Type) throws -> String { try take { try $0.decode(type) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.decode(type) } }
    mutating func decode(_ type: Int.Type) throws -> Int { try take { try $0.decode(type) } }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try take { try $0.decode(type) } }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try take { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try take { $0 } }

    /// Reads the current element, and advances to the next unless reading throws.
    private mutating func take<Result>(_ body: (ValueDecoder) throws -> Result) throws -> Result {
        let result = try body(try element())
        currentIndex += 1
        return result
    }

    private func element() throws -> ValueDecoder {
        let path = decoder.path.appending(currentIndex)
        guard currentIndex < elements.count else {
            let context = DecodingError.Context(
                codingPath: path.keys,
                debugDescription: "the array has no more elements"
            )
            throw DecodingError.valueNotFound(Any.self, context)
        }
        return try decoder.inside(elements[currentIndex], at: path)
    }
}
