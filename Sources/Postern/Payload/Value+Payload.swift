extension Value: PayloadScalar, DescribedType {
    static var typeWord: String { "any" }

    static func read(_ value: Span<UInt8>, as codec: any PayloadCodec.Type) throws(PayloadError) -> Value {
        // Each level is looked through again, so that what is too deep or too much has to be found before.
        if value.count > largestUnchecked, codec == MessagePack.self || codec == MessagePackFromJSON.self {
            try MessagePack.validate(value)
        }
        return try read(value, as: codec, depth: 0)
    }

    /// Bytes that are few enough to be looked through once for every level.
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
