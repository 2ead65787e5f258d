/// The definition of a task for its parent: its name, its inputs, the type of its result, and the program that runs it.
///
/// The stored properties are the inputs, which are encoded and sent to the child. A task that is implemented in Swift
/// in the same program is a ``ChildTask``. A type that conforms to this protocol alone describes a task of another
/// program:
///
/// ```swift
/// struct CountWords: TaskDefinition {
///     typealias Output = [String: Int]
///     var command: TaskCommand { .program("python3", ["count_words.py"]) }
///     var files: [String]
/// }
/// ```
public protocol TaskDefinition: Encodable, Sendable {
    /// The type of the result.
    associatedtype Output: Decodable & Sendable
    /// The name of the task in the child, and the beginning of its identifier. The default is the name of the type.
    static var taskName: String { get }
    /// The program that runs the task. The default is this program itself.
    var command: TaskCommand { get }
}

extension TaskDefinition {
    /// The name of the type.
    public static var taskName: String { String(describing: Self.self) }
    /// This program itself.
    public var command: TaskCommand { .thisProgram }
}

/// The result of a task that has none.
public struct NoResult: Codable, Hashable, Sendable {
    /// Creates the value.
    public init() {}

    /// Accepts any value, as programs in other languages return different ones.
    public init(from decoder: any Decoder) {}

    /// Encodes the value as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
