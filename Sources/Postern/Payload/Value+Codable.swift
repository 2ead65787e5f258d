extension Value: Codable {
    /// Reads whatever a decoder holds; with the coders of this module nothing is lost, others cannot tell bytes.
    public init(from decoder: any Decoder) throws {
        if let own = decoder as? ValueDecoder {
            self = try own.decode(Value.self)
        } else if let container = try? decoder.container(keyedBy: AnyName.self) {
            self = .map(
                try container.allKeys.map { Member($0.stringValue, try container.decode(Value.self, forKey: $0)) }
            )
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [Value] = []
            while !container.isAtEnd { elements.append(try container.decode(Value.self)) }
            self = .array(elements)
        } else {
            self = try Self.scalar(in: try decoder.singleValueContainer())
        }
    }

    /// Writes the value into any encoder; others than those of this module see bytes as an array.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .map(let members):
            var container = encoder.container(keyedBy: AnyName.self)
            for member in members { try container.encode(member.value, forKey: AnyName(stringValue: member.name)) }
        default:
            var container = encoder.singleValueContainer()
            try encodeScalar(into: &container)
        }
    }

    private static func scalar(in container: any SingleValueDecodingContainer) throws -> Value {
        if container.decodeNil() { return .null }
        if let value = try? container.decode(Bool.self) { return .bool(value) }
        if let value = try? container.decode(Int64.self) { return .integer(value) }
        if let value = try? container.decode(UInt64.self) { return .unsigned(value) }
        if let value = try? container.decode(Double.self) { return .double(value) }
        return .string(try container.decode(String.self))
    }

    private func encodeScalar(into container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .null, .array, .map: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .bytes(let value): try container.encode(value)
        }
    }

    private struct AnyName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }
}
