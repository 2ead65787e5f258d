/// Why bytes could not be read as the value that was asked for, or a value not written.
///
/// The first error wins: a reader stops at it and leaves nothing half applied.
public struct PayloadError: Error, Hashable, Sendable {
    /// The kind of fault; open, so that a new one breaks nobody.
    public struct Reason: Hashable, Sendable {
        /// The word of the reason, stable and lower case.
        package let word: String

        /// The bytes are not well formed in their encoding.
        public static let malformed = Reason(word: "malformed")
        /// A limit of depth, size or count was passed.
        public static let limitExceeded = Reason(word: "limit exceeded")
        /// The value is well formed, but not of the type that was asked for.
        public static let typeMismatch = Reason(word: "type mismatch")
        /// A number does not fit the type that was asked for.
        public static let outOfRange = Reason(word: "out of range")
        /// A parameter without a default was not given.
        package static let missingArgument = Reason(word: "missing argument")
        /// An argument was given that the method does not have.
        package static let unexpectedArgument = Reason(word: "unexpected argument")
        /// One name was given twice in a map or an object.
        public static let duplicateName = Reason(word: "duplicate name")
        /// The value cannot be written in this encoding.
        public static let notEncodable = Reason(word: "not encodable")
        /// A reference was met outside the messages of a connection.
        public static let noConnection = Reason(word: "no connection")
        /// The other end would hold more references than are lent.
        public static let tooManyReferences = Reason(word: "too many references")
    }

    /// The kind of fault.
    public var reason: Reason
    /// For people: names the value and what was expected; never parsed.
    public var message: String

    /// Makes an error of a kind with a message for people.
    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

extension PayloadError {
    /// The fault of a value of the wrong type, in the words that every encoding uses.
    package static func expected(_ wanted: String, found: String) -> PayloadError {
        PayloadError(.typeMismatch, "expected \(wanted), found \(found)")
    }

    static func outOfRange(_ value: some Any, for wanted: String) -> PayloadError {
        PayloadError(.outOfRange, "\(value) does not fit \(wanted)")
    }

    /// The fault of a number that is no value of an integer type; the same for every spelling of it.
    package static func outOfRange(_ type: (some FixedWidthInteger).Type) -> PayloadError {
        PayloadError(.outOfRange, "expected an integer from \(type.min) to \(type.max)")
    }

    package static func duplicate(_ name: String) -> PayloadError {
        PayloadError(.duplicateName, "the name \"\(name)\" is given twice")
    }

    /// What is expected where raw bytes are.
    package static let bytesPhrase = "bytes (in JSON base64 text)"
    /// The fault of text where raw bytes are expected.
    package static let noBase64 = PayloadError.expected(bytesPhrase, found: "text that is not base64 with padding")

    static let tooDeep = PayloadError(.limitExceeded, "values are nested deeper than 64 levels")
    static let tooManyValues = PayloadError(.limitExceeded, "too many values in one payload")
}

extension PayloadKind {
    /// The kind as it is named in a sentence; integers and other numbers are one kind to people, as in JSON.
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
