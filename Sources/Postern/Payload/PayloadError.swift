/// An error of decoding or encoding a value.
///
/// Decoding and encoding stop at the first error.
public struct PayloadError: Error, Hashable, Sendable {
    /// The cause of an error: an open set, to which versions may add.
    public struct Reason: Hashable, Sendable {
        /// The name of the reason, in lower case.
        package let word: String

        /// The bytes are not well formed in their encoding.
        public static let malformed = Reason(word: "malformed")
        /// The nesting, the size or the number of values exceeds a limit.
        public static let limitExceeded = Reason(word: "limit exceeded")
        /// The value is well formed but has another type than the requested one.
        public static let typeMismatch = Reason(word: "type mismatch")
        /// A number does not fit the requested type.
        public static let outOfRange = Reason(word: "out of range")
        /// A call lacks the argument for a parameter without a default value.
        package static let missingArgument = Reason(word: "missing argument")
        /// A call has an argument for which the method has no parameter.
        package static let unexpectedArgument = Reason(word: "unexpected argument")
        /// A map or the named arguments of a call contain one name twice.
        public static let duplicateName = Reason(word: "duplicate name")
        /// The encoding cannot represent the value.
        public static let notEncodable = Reason(word: "not encodable")
        /// A value contains a reference but is encoded outside a message of a connection.
        public static let noConnection = Reason(word: "no connection")
        /// The message would exceed the maximum number of references that the peer may hold.
        public static let tooManyReferences = Reason(word: "too many references")
    }

    /// The cause of the error.
    public var reason: Reason
    /// A description for people: names the value and what was expected.
    public var message: String

    /// Creates an error with a message for people.
    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

extension PayloadError {
    /// Returns the error for a value of the wrong type; every codec words it like this.
    package static func expected(_ wanted: String, found: String) -> PayloadError {
        PayloadError(.typeMismatch, "expected \(wanted), found \(found)")
    }

    /// Returns the error for a number that does not fit the named place.
    static func outOfRange(_ value: some Any, for wanted: String) -> PayloadError {
        PayloadError(.outOfRange, "\(value) does not fit \(wanted)")
    }

    /// Returns the error for a number outside an integer type, whatever the number's encoding.
    package static func outOfRange(_ type: (some FixedWidthInteger).Type) -> PayloadError {
        PayloadError(.outOfRange, "expected an integer from \(type.min) to \(type.max)")
    }

    /// Returns the error for a map with two members of one name.
    package static func duplicate(_ name: String) -> PayloadError {
        PayloadError(.duplicateName, "the name \"\(name)\" is given twice")
    }

    /// The noun for raw bytes in error messages.
    package static let bytesPhrase = "bytes (in JSON base64 text)"
    /// The error for text that is not base64 where raw bytes are expected.
    package static let noBase64 = PayloadError.expected(bytesPhrase, found: "text that is not base64 with padding")

    package static let tooLarge = PayloadError(.limitExceeded, "the value is larger than allowed")
    static let tooDeep = PayloadError(.limitExceeded, "values are nested deeper than 64 levels")
    static let tooManyValues = PayloadError(.limitExceeded, "too many values in one payload")
}

extension PayloadKind {
    /// The noun for the kind in error messages; like JSON, it does not distinguish integers from other numbers.
    package var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .double: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        case .array: "an array"
        case .map: "an object"
        }
    }
}
