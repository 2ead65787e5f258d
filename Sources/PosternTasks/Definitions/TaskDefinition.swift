/// What a parent has to know of a task: its name, its inputs, the type of its result, and the program that runs it.
///
/// The stored properties are the inputs; they are encoded and sent to the child. A task that is written in Swift, in the
/// same program, is a ``ChildTask``. This protocol by itself describes a task in another program:
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
    /// The name under which the child knows the task, and the beginning of its identifier; the name of the type by default.
    static var taskName: String { get }
    /// The program that runs the task; this program itself by default.
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
    /// Makes the only value.
    public init() {}

    /// Accepts any value: a program in another language answers as it likes.
    public init(from decoder: any Decoder) {}

    /// Encodes null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
