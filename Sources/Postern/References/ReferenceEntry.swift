/// What a reference leads to.
public enum ReferenceKind: String, Hashable, Sendable {
    /// A function: a ``Callback``.
    case function
    /// An object with methods: a ``Reference``.
    case object

    /// The word with its article.
    var phrase: String {
        switch self {
        case .function: "a function"
        case .object: "an object"
        }
    }
}

/// One reference of a connection, for diagnosis.
public struct ReferenceEntry: Hashable, Sendable {
    /// Its number on this connection.
    public let number: UInt64
    /// What it leads to; `nil` while nobody has read the message that brought it.
    public let kind: ReferenceKind?
    /// For people: what its owner calls it.
    public let description: String
    /// How often it has crossed the connection and was not given back.
    public let count: Int
}
