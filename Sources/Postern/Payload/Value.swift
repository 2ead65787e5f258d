/// Any value a payload can hold, for handlers and tools that do not know the type beforehand.
///
/// Equal values have the same kind: the integer 1 and the double 1.0 differ, and so do maps in another order.
public enum Value: Hashable, Sendable {
    /// Nothing.
    case null
    /// A truth value.
    case bool(Bool)
    /// An integer that fits 64 bits with a sign.
    case integer(Int64)
    /// An integer above `Int64.max`; smaller ones are always ``integer(_:)``.
    case unsigned(UInt64)
    /// A number that was written with a fraction or an exponent, or as a float.
    case double(Double)
    /// Text.
    case string(String)
    /// Raw bytes; in JSON they are written as base64 text, and read back as text.
    case bytes([UInt8])
    /// Values in order.
    case array([Value])
    /// Named values in the order in which they were written; no name twice.
    case map([Member])

    /// One named value of a map.
    public struct Member: Hashable, Sendable {
        /// Unlike the others of the map.
        public var name: String
        /// What it holds.
        public var value: Value

        /// Names a value.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
}

extension Value {
    /// Reads a payload as whatever it holds.
    ///
    /// - Throws: `.malformed`, `.duplicateName`, or `.limitExceeded` below a depth of 64.
    public init(decoding payload: Payload) throws(PayloadError) {
        self = try Self.read(payload.bytes.span, as: payload.codec)
    }

    /// The value of a member of a map; `nil` in anything else, and for a name that is not there.
    ///
    /// Setting nil takes the member out; setting a value in null makes it a map; other values stay as they are.
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

    /// The element of an array; `nil` in anything else, and past the end.
    public subscript(index: Int) -> Value? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

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
    /// Null.
    public init(nilLiteral: ()) { self = .null }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Values in order.
    public init(arrayLiteral elements: Value...) { self = .array(elements) }
    /// Named values in order.
    public init(dictionaryLiteral elements: (String, Value)...) { self = .map(elements.map { Member($0, $1) }) }
}
