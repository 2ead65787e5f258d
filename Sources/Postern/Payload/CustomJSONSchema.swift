package import PosternSchema

/// A type that states its own JSON Schema.
///
/// Descriptions of a service contain the schemas of its types, which are found by running `init(from:)` against a
/// decoder without input. Conform to this protocol where that finds too little, such as for a type that accepts few
/// values only, or where `init(from:)` must not run without a call.
///
/// ```swift
/// extension EmailAddress: CustomJSONSchema {
///     static var jsonSchema: Value { ["type": "string", "format": "email", "examples": ["ada@example.org"]] }
/// }
/// ```
public protocol CustomJSONSchema {
    /// The schema of the values as they are written and read in JSON.
    ///
    /// It is read once. The first of its `examples` is decoded where a value is needed to find the schema of a type that
    /// contains this one; without any, `init(from:)` runs as for other types.
    static var jsonSchema: Value { get }
}

/// The schemas that types state themselves.
enum CustomSchemas: SchemaOverrides {
    /// The schemas of all types that were described in this process.
    static let definitions = SchemaDefinitions(CustomSchemas.self)

    static func schema(of type: any Any.Type) -> JSONTree? {
        (type as? any CustomJSONSchema.Type).map { JSONTree($0.jsonSchema) }
    }

    static func sample<Content: Decodable>(of type: Content.Type) -> Content? {
        guard let custom = type as? any CustomJSONSchema.Type, let example = custom.jsonSchema["examples"]?[0],
            let payload = try? Payload(encoding: example, as: MessagePackFromJSON.self)
        else { return nil }
        return try? payload.decode(type)
    }
}

extension Value {
    /// Creates the value of a JSON tree.
    init(_ tree: JSONTree) {
        self =
            switch tree {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .unsigned(let value): .unsigned(value)
            case .number(let value): .double(value)
            case .string(let value): .string(value)
            case .array(let elements): .array(elements.map(Value.init))
            case .object(let members): .map(members.map { Member($0.name, Value($0.value)) })
            }
    }
}

extension JSONTree {
    /// Creates the JSON form of a value.
    fileprivate init(_ value: Postern.Value) {
        self =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .unsigned(let value): .unsigned(value)
            case .double(let value): .number(value)
            case .string(let value): .string(value)
            case .bytes(let value): .string(BytesText.encoded(value))
            case .array(let elements): .array(elements.map(JSONTree.init))
            case .map(let members): .object(members.map { .init($0.name, JSONTree($0.value)) })
            }
    }
}

extension Value: KnownType {
    package static var schemaNode: SchemaNode { .any }
    package static func sample(for run: ProbeRun) -> Value { .null }
    package var tree: JSONTree? { JSONTree(self) }
}
