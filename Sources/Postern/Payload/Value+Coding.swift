extension Value: PayloadScalar {
    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Value {
        // Each level is skipped once for each level around it, so reading takes time proportional to size times depth.
        // Large values are validated first, which rejects excessive depth in one pass.
        if value.count > largestUnchecked, codec == MessagePack.self || codec == MessagePackFromJSON.self {
            try MessagePack.validate(value)
        }
        return try read(value, as: codec, depth: 0)
    }

    /// The maximum size of a value that is read without prior validation, in bytes.
    private static let largestUnchecked = 4 << 10

    func write(as codec: any PayloadCodec.Type, into output: inout [UInt8]) throws(PayloadError) {
        try write(as: codec, into: &output, depth: 0)
    }

    private static func read(
        _ value: Span<UInt8>,
        as codec: any PayloadCodec.Type,
        depth: Int
    ) throws(PayloadError) -> Value {
        switch try codec.kind(of: value) {
        case .null: return .null
        case .bool: return .bool(try codec.readBool(value))
        case .integer: return try readInteger(value, as: codec)
        case .double: return .double(try codec.readDouble(value))
        case .string: return .string(try codec.readString(value))
        case .bytes: return .bytes(try codec.readBytes(value))
        case .array:
            guard depth < PayloadLimits.largestDepth else { throw .tooDeep }
            var elements: [Value] = []
            try codec.forEachElement(of: value) { (range) throws(PayloadError) in
                elements.append(try read(value.extracting(range), as: codec, depth: depth + 1))
            }
            return .array(elements)
        case .map:
            guard depth < PayloadLimits.largestDepth else { throw .tooDeep }
            var members: [Member] = []
            try codec.forEachMember(of: value) { (name, range) throws(PayloadError) in
                members.append(Member(name, try read(value.extracting(range), as: codec, depth: depth + 1)))
            }
            return .map(members)
        }
    }

    private static func readInteger(
        _ value: Span<UInt8>,
        as codec: any PayloadCodec.Type
    ) throws(PayloadError) -> Value {
        do throws(PayloadError) {
            return .integer(try codec.readInt64(value))
        } catch {
            // Only an integer above `Int64.max` is left; below `Int64.min`, this throws again.
            guard error.reason == .outOfRange else { throw error }
            return .unsigned(try codec.readUInt64(value))
        }
    }

    private func write(
        as codec: any PayloadCodec.Type,
        into output: inout [UInt8],
        depth: Int
    ) throws(PayloadError) {
        switch self {
        case .null: codec.writeNull(into: &output)
        case .bool(let value): codec.write(value, into: &output)
        case .integer(let value): codec.write(value, into: &output)
        case .unsigned(let value): codec.write(value, into: &output)
        case .double(let value): try codec.write(value, into: &output)
        case .string(let value): codec.write(value, into: &output)
        case .bytes(let value): codec.write(bytes: value.span, into: &output)
        case .array(let elements):
            guard depth < PayloadLimits.largestDepth else { throw .tooDeep }
            var mark = codec.beginArray(into: &output)
            for element in elements {
                codec.nextElement(&mark, into: &output)
                try element.write(as: codec, into: &output, depth: depth + 1)
            }
            codec.endArray(mark, into: &output)
        case .map(let members):
            guard depth < PayloadLimits.largestDepth else { throw .tooDeep }
            var mark = codec.beginMap(into: &output)
            for member in members {
                codec.nextMember(named: member.name, &mark, into: &output)
                try member.value.write(as: codec, into: &output, depth: depth + 1)
            }
            codec.endMap(mark, into: &output)
        }
    }
}

extension Value: Codable {
    /// Creates a value from any decoder; only the decoders of this module distinguish bytes from arrays.
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

    /// Encodes the value into any encoder; other encoders than those of this module encode bytes as an array.
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
        // Bool before numbers, because some decoders bridge true to 1; integers before doubles, which accept both.
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
