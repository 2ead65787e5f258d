/// A value of any type, for code that does not know the type at compile time.
///
/// Values of different cases are unequal: the integer 1 differs from the double 1.0. So do maps with the same members
/// in another order.
public enum Value: Hashable, Sendable {
    /// The null value.
    case null
    /// A Boolean value.
    case bool(Bool)
    /// An integer from `Int64.min` to `Int64.max`.
    case integer(Int64)
    /// An integer above `Int64.max`; decoding yields ``integer(_:)`` for smaller ones.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent, or a MessagePack float.
    case double(Double)
    /// A string.
    case string(String)
    /// Raw bytes; JSON encodes them as base64 text, which decodes as ``string(_:)``.
    case bytes([UInt8])
    /// An array.
    case array([Value])
    /// A map with unique names, in the order of its encoding.
    case map([Member])

    /// A member of a map.
    public struct Member: Hashable, Sendable {
        /// The name, unique in its map.
        public var name: String
        /// The value.
        public var value: Value

        /// Creates a member.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
}

extension Value {
    /// Creates the value of a payload.
    ///
    /// - Throws: `PayloadError` with `.malformed`, `.duplicateName`, or `.limitExceeded` for more than 64 levels.
    public init(decoding payload: Payload) throws(PayloadError) {
        self = try Self.read(payload.bytes.span, as: payload.codec)
    }

    /// The value of the member with a name, or `nil` if there is none or this is not a map.
    ///
    /// Setting `nil` removes the member. Setting a value turns ``null`` into a map and has no effect on other cases.
    public subscript(name: String) -> Value? {
        get {
            guard case .map(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }
        set {
            guard var members = membersForWriting else { return }
            if let index = members.firstIndex(where: { $0.name == name }) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append(Member(name, newValue))
            }
            self = .map(members)
        }
    }

    /// The element at an index, or `nil` if the index is out of bounds or this is not an array.
    public subscript(index: Int) -> Value? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The members to which a new one can be added, or `nil` if this is neither a map nor null.
    private var membersForWriting: [Member]? {
        switch self {
        case .map(let members): members
        case .null: []
        default: nil
        }
    }
}

extension Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Creates the null value.
    public init(nilLiteral: ()) { self = .null }
    /// Creates a Boolean value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Creates an integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// Creates a double.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Creates a string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates an array.
    public init(arrayLiteral elements: Value...) { self = .array(elements) }
    /// Creates a map with the members in order.
    public init(dictionaryLiteral elements: (String, Value)...) { self = .map(elements.map { Member($0, $1) }) }
}
