/// The schemas of one document, in which each named type appears once.
package struct SchemaCatalogue {
    private let definitions: SchemaDefinitions
    private var names: [NamedType: String] = [:]
    private var taken: Set<String> = []
    /// The types that were named and not yet described.
    private var waiting: [NamedType] = []

    /// The number of types that are described; further ones are any value.
    ///
    /// A generic type can contain itself with other arguments without end.
    private static let maximumCount = 1_000

    /// Creates an empty catalogue.
    package init(_ definitions: SchemaDefinitions) { self.definitions = definitions }

    /// Returns the schema of a type, and names the types in it.
    package mutating func schema(of type: any Any.Type) -> JSONTree { tree(of: SchemaNode.of(type)) }

    /// Returns the schemas of all types that were named so far, sorted by name.
    package mutating func schemas() -> [JSONTree.Member] {
        var members: [JSONTree.Member] = []
        while let type = waiting.popLast() {
            guard let name = names[type] else { continue }
            let schema = tree(of: definitions.node(of: type))
            let title = JSONTree.Member("title", .string(type.title))
            members.append(.init(name, schema["title"] == nil ? schema.prefixed(by: title) : schema))
        }
        return members.sorted { $0.name < $1.name }
    }

    private mutating func tree(of node: SchemaNode) -> JSONTree {
        switch node {
        case .any: return [:]
        case .finished(let schema): return schema
        case .named(let type): return name(of: type).map { ["$ref": .string("#/components/schemas/\($0)")] } ?? [:]
        case .array(let element): return ["type": "array", "items": tree(of: element)]
        case .tuple(let elements): return tuple(elements.map { tree(of: $0) })
        case .alternating(let key, let value):
            return [
                "type": "array", "description": "Keys and values in turn",
                "items": ["anyOf": [tree(of: key), tree(of: value)]],
            ]
        case .dictionary(let value, let names):
            let name = names.map { [JSONTree.Member("propertyNames", $0)] } ?? []
            return .object([.init("type", "object")] + name + [.init("additionalProperties", tree(of: value))])
        case .object(let properties): return object(properties)
        case .union(let forms, let isExclusive):
            return .object([.init(isExclusive ? "oneOf" : "anyOf", .array(forms.map { variant($0, isExclusive) }))])
        case .nullable(let inner):
            let schema = tree(of: inner)
            return schema.members.isEmpty ? schema : ["anyOf": [schema, ["type": "null"]]]
        }
    }

    /// Returns the schema of one of several forms; a case of an enumeration has its name as title.
    private mutating func variant(_ node: SchemaNode, _ isCase: Bool) -> JSONTree {
        let schema = tree(of: node)
        guard isCase, case .object(let properties) = node, let name = properties.first?.name else { return schema }
        return .object(
            schema.prefixed(by: .init("title", .string(name))).members + [.init("maxProperties", 1)]
        )
    }

    private func tuple(_ elements: [JSONTree]) -> JSONTree {
        ["type": "array", "prefixItems": .array(elements), "minItems": JSONTree(elements.count)]
    }

    private mutating func object(_ properties: [SchemaNode.Property]) -> JSONTree {
        var members: [JSONTree.Member] = [.init("type", "object")]
        let described = properties.map { JSONTree.Member($0.name, tree(of: $0.node)) }
        if !described.isEmpty { members.append(.init("properties", .object(described))) }
        let required = properties.filter(\.isRequired).map { JSONTree.string($0.name) }
        if !required.isEmpty { members.append(.init("required", .array(required))) }
        return .object(members)
    }

    /// Returns the name of a type in the document; `nil` if there are too many.
    private mutating func name(of type: NamedType) -> String? {
        if let name = names[type] { return name }
        guard names.count < Self.maximumCount else { return nil }
        var name = taken.contains(type.shortName) || type.shortName.isEmpty ? type.longName : type.shortName
        while taken.contains(name) { name += "_" }
        names[type] = name
        taken.insert(name)
        waiting.append(type)
        return name
    }
}
