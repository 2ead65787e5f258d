extension Optional: KnownType {
    package static var schemaNode: SchemaNode { SchemaNode.of(Wrapped.self).orNull }

    package static func sample(for run: ProbeRun) -> Wrapped? {
        run.attempt % 2 == 1 ? run.anySample(of: Wrapped.self) as? Wrapped : nil
    }

    package var tree: JSONTree? { map { TreeEncoder.tree(ofAny: $0) ?? .null } ?? .null }
}

extension Array: KnownType {
    package static var schemaNode: SchemaNode {
        // The codecs write bytes as base64 text.
        Element.self == UInt8.self ? .base64 : .array(SchemaNode.of(Element.self))
    }

    package static func sample(for run: ProbeRun) -> [Element] {
        // Some types require an element, which may be of a type that contains this array again.
        run.attempt % 2 == 1 ? (run.anySample(of: Element.self) as? Element).map { [$0] } ?? [] : []
    }

    package var tree: JSONTree? {
        if let bytes = self as? [UInt8] { return .string(BytesText.encoded(bytes)) }
        return nil
    }
}

extension Set: KnownType {
    package static var schemaNode: SchemaNode { .array(SchemaNode.of(Element.self)) }
    package static func sample(for run: ProbeRun) -> Set<Element> { Set([Element].sample(for: run)) }
}

extension Dictionary: KnownType {
    package static var schemaNode: SchemaNode {
        let value = SchemaNode.of(Value.self)
        if Key.self == String.self { return .dictionary(value, names: nil) }
        if Key.self == Int.self { return .dictionary(value, names: ["pattern": "^-?[0-9]+$"]) }
        if let key = Key.self as? any CodingKeyRepresentable.Type { return .dictionary(value, names: names(of: key)) }
        return .alternating(SchemaNode.of(Key.self), value)
    }

    package static func sample(for run: ProbeRun) -> [Key: Value] { [:] }

    /// Returns the schema for the names of keys; `nil` if any name may be one.
    private static func names<Name: CodingKeyRepresentable>(of type: Name.Type) -> JSONTree? {
        guard let cases = EnumCases.values(of: type) else { return nil }
        return ["enum": .array(cases.map { .string($0.codingKey.stringValue) })]
    }
}

extension SchemaNode {
    /// Bytes as base64 text with padding.
    package static let base64 = SchemaNode.finished([
        "type": "string", "contentEncoding": "base64",
        // The last digit before the padding has unused bits, which must be zero.
        "pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
    ])
}

/// The encoder of base64 text.
package enum BytesText {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    /// Returns bytes as base64 text with padding.
    package static func encoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : "=")
            }
        }
        return text
    }
}
