import Synchronization

/// The forms of named types, each found once in the life of the process.
package final class SchemaDefinitions: Sendable {
    private let known = Mutex<[NamedType: SchemaNode]>([:])
    private let overrides: any SchemaOverrides.Type

    /// Creates an empty table.
    package init(_ overrides: any SchemaOverrides.Type) { self.overrides = overrides }

    /// Returns the form of a type; `.any` if it cannot be found.
    func node(of named: NamedType) -> SchemaNode {
        if let node = known.withLock({ $0[named] }) { return node }
        // The lock is not held, because the type's own code runs. Two threads may find the same form.
        let node = find(named.type)
        known.withLock { $0[named] = node }
        return node
    }

    private func find(_ type: any Any.Type) -> SchemaNode {
        if let schema = overrides.schema(of: type) { return .finished(schema) }
        if let enumeration = Self.enumeration(type) { return enumeration }
        guard let type = type as? any Decodable.Type else { return .any }
        return probed(type)
    }

    private func probed<Content: Decodable>(_ type: Content.Type) -> SchemaNode { TypeProbe(type, overrides).node() }

    /// Returns the form of an enumeration whose cases are numbers or strings in JSON.
    private static func enumeration<Content>(_ type: Content.Type) -> SchemaNode? {
        guard let cases = EnumCases.values(of: type) else { return nil }
        let trees = cases.compactMap { value in
            TreeEncoder.tree(ofAny: value) ?? (value as? any RawRepresentable).flatMap { rawTree($0) }
        }
        guard trees.count == cases.count, trees.allSatisfy(\.isScalar), let first = trees.first else { return nil }
        let list = JSONTree.Member("enum", .array(trees))
        let isUniform = trees.allSatisfy { $0.typeName == first.typeName }
        return .finished(.object(isUniform ? [.init("type", .string(first.typeName)), list] : [list]))
    }

    private static func rawTree(_ value: some RawRepresentable) -> JSONTree? { TreeEncoder.tree(ofAny: value.rawValue) }
}

extension SchemaDefinitions {
    /// Returns the word for a type in descriptions: `integer`, `number`, `boolean`, `string`, `bytes`, `array`,
    /// `object`, `function`, `reference` or `any`.
    package func word(of type: any Any.Type) -> String { word(of: SchemaNode.of(type), depth: 0) }

    private func word(of node: SchemaNode, depth: Int) -> String {
        switch node {
        case .any: return "any"
        case .finished(let schema): return Self.word(of: schema)
        case .named(let type): return depth > 8 ? "any" : word(of: self.node(of: type), depth: depth + 1)
        case .array, .tuple, .alternating: return "array"
        case .dictionary, .object: return "object"
        case .nullable(let inner): return word(of: inner, depth: depth + 1)
        case .union(let forms, _):
            let words = Set(forms.map { word(of: $0, depth: depth + 1) })
            return words.count == 1 ? words.first ?? "any" : "any"
        }
    }

    private static func word(of schema: JSONTree) -> String {
        if case .string(let reference) = schema["x-reference"] {
            return reference == "function" ? "function" : "reference"
        }
        if schema["contentEncoding"] == "base64" { return "bytes" }
        if case .string(let type) = schema["type"], type != "null" { return type }
        return "any"
    }
}
