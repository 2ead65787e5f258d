/// Why bytes could not be read as the value that was asked for, or a value not written.
///
/// The first error wins: a reader stops at it and leaves nothing half applied.
public struct PayloadError: Error, Hashable, Sendable {
    /// The kind of fault; open, so that a new one breaks nobody.
    public struct Reason: Hashable, Sendable {
        /// The word of the reason, stable and lower case.
        public let word: String

        /// The bytes are not well formed in their encoding.
        public static let malformed = Reason(word: "malformed")
        /// A limit of depth, size or count was passed.
        public static let limitExceeded = Reason(word: "limit exceeded")
        /// The value is well formed, but not of the type that was asked for.
        public static let typeMismatch = Reason(word: "type mismatch")
        /// A number does not fit the type that was asked for.
        public static let outOfRange = Reason(word: "out of range")
        /// A parameter without a default was not given.
        public static let missingArgument = Reason(word: "missing argument")
        /// An argument was given that the method does not have.
        public static let unexpectedArgument = Reason(word: "unexpected argument")
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
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
