/// A JSON value whose members have an order: a schema, or a value in it.
package indirect enum JSONTree: Hashable, Sendable {
    /// The null value.
    case null
    /// A Boolean value.
    case bool(Bool)
    /// An integer from `Int64.min` to `Int64.max`.
    case integer(Int64)
    /// An integer above `Int64.max`.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONTree])
    /// An object with unique names.
    case object([Member])

    /// A member of an object.
    package struct Member: Hashable, Sendable {
        /// The name.
        package let name: String
        /// The value.
        package let value: JSONTree

        /// Creates a member.
        package init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the member with a name, or `nil` if there is none.
    package subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The members of an object; none of other values.
    package var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// Returns an object with a member in front of those of this one, which must not have its name.
    func prefixed(by member: Member) -> JSONTree { .object([member] + members) }
}

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Creates a string.
    package init(stringLiteral value: String) { self = .string(value) }
    /// Creates an integer.
    package init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates a Boolean value.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Creates an array.
    package init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    /// Creates an object with the members in order.
    package init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(elements.map { Member($0, $1) })
    }
}

extension JSONTree {
    /// Creates an integer.
    init(_ value: some FixedWidthInteger) {
        self = Int64(exactly: value).map(JSONTree.integer) ?? .unsigned(UInt64(clamping: value))
    }

    /// The name of the value's type in JSON Schema.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .unsigned: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// Whether the value is neither an array nor an object.
    var isScalar: Bool {
        switch self {
        case .array, .object: false
        case .null, .bool, .integer, .unsigned, .number, .string: true
        }
    }
}
