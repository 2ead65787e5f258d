/// The form of a Swift type in JSON, with references to the named types in it.
///
/// Rendering it as a JSON Schema needs the names of all types of a document, so that it is a step of its own.
package indirect enum SchemaNode: Hashable, Sendable {
    /// Any value.
    case any
    /// A finished schema.
    case finished(JSONTree)
    /// A type that has a schema of its own in the document.
    case named(NamedType)
    /// An array of any length.
    case array(SchemaNode)
    /// An array with a value of its own at each position.
    case tuple([SchemaNode])
    /// An array with keys and values in turn, as `Dictionary` is encoded if its keys cannot be names.
    case alternating(SchemaNode, SchemaNode)
    /// An object with any names that a schema accepts, or all names without one.
    case dictionary(SchemaNode, names: JSONTree?)
    /// An object with known names.
    case object([Property])
    /// A value of one of several forms.
    case union([SchemaNode], isExclusive: Bool)
    /// A value or null.
    case nullable(SchemaNode)

    /// A member of an object.
    package struct Property: Hashable, Sendable {
        let name: String
        let node: SchemaNode
        let isRequired: Bool
    }

    /// Returns the form of a type; that of a type without a form of its own is a reference to it.
    package static func of(_ type: any Any.Type) -> SchemaNode {
        if let known = type as? any KnownType.Type { return known.schemaNode }
        return .named(NamedType(type))
    }

    /// Returns the form that accepts the values of all given ones.
    static func anyOf(_ nodes: [SchemaNode]) -> SchemaNode {
        var distinct: [SchemaNode] = []
        for node in nodes where !distinct.contains(node) { distinct.append(node) }
        if distinct.isEmpty || distinct.contains(.any) { return .any }
        return distinct.count == 1 ? distinct[0] : .union(distinct, isExclusive: false)
    }

    /// The form that also accepts null.
    var orNull: SchemaNode {
        switch self {
        case .any, .nullable: self
        default: .nullable(self)
        }
    }
}
