/// The services, methods and topics of a router: the result of `rpc/describe`.
package struct RouterDescription: Codable, Hashable, Sendable {
    /// The services that have documentation, sorted by path.
    package var services: [ServiceDescription]
    /// The methods, sorted by path.
    package var methods: [MethodDescription]
    /// The topics, sorted by path.
    package var topics: [TopicDescription]

    /// Creates a description of a router.
    package init(services: [ServiceDescription] = [], methods: [MethodDescription], topics: [TopicDescription] = []) {
        self.services = services
        self.methods = methods
        self.topics = topics
    }
}

/// The description of a service.
package struct ServiceDescription: Codable, Hashable, Sendable {
    /// The path: names joined by `/`.
    package var path: String
    /// The documentation, for people.
    package var documentation: String?

    /// Creates a description of a service.
    package init(path: String, documentation: String? = nil) {
        self.path = path
        self.documentation = documentation
    }
}

/// The description of a method.
package struct MethodDescription: Codable, Hashable, Sendable {
    /// The path: names joined by `/`.
    package var path: String
    /// The documentation, for people.
    package var documentation: String?
    /// The parameters in the order of positional arguments.
    package var parameters: [ParameterDescription]
    /// The type of the result, or of the items of a stream: `integer`, `number`, `boolean`, `string`, `bytes`, `array`,
    /// `object`, `function`, `reference`, `any`, or `null` for no result.
    package var result: String
    /// Whether the reply is a stream.
    package var isStream: Bool
    /// Whether the method has no side effects, so that a GET request may call it.
    package var isSafe: Bool

    /// Creates a description of a method.
    package init(
        path: String,
        documentation: String? = nil,
        parameters: [ParameterDescription] = [],
        result: String = "any",
        isStream: Bool = false,
        isSafe: Bool = false
    ) {
        self.path = path
        self.documentation = documentation
        self.parameters = parameters
        self.result = result
        self.isStream = isStream
        self.isSafe = isSafe
    }
}

/// The description of a parameter.
public struct ParameterDescription: Codable, Hashable, Sendable {
    /// The name of the parameter, which named arguments use.
    package var name: String
    /// The type, one of the words of ``MethodDescription/result``.
    package var type: String
    /// Whether a call must have an argument for the parameter.
    package var isRequired: Bool
    /// The documentation, for people.
    package var documentation: String?

    /// Creates a description of a parameter, for a method that decodes its own arguments.
    public init(name: String, type: String = "any", isRequired: Bool = true, documentation: String? = nil) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.documentation = documentation
    }
}

/// The description of a topic.
package struct TopicDescription: Codable, Hashable, Sendable {
    /// The path: names joined by `/`.
    package var path: String
    /// The documentation, for people.
    package var documentation: String?

    /// Creates a description of a topic.
    package init(path: String, documentation: String? = nil) {
        self.path = path
        self.documentation = documentation
    }
}

/// A type that has a word of its own in descriptions.
protocol DescribedType {
    static var typeWord: String { get }
}

/// Returns the word for a type in descriptions: its own, that of its raw values, or `object`.
@usableFromInline
func typeWord(of type: any Any.Type) -> String {
    // A dynamic cast, because most types of arguments are the user's own.
    if let described = type as? any DescribedType.Type { return described.typeWord }
    if let raw = type as? any RawRepresentable.Type { return rawTypeWord(of: raw) }
    return "object"
}

private func rawTypeWord<Raw: RawRepresentable>(of type: Raw.Type) -> String { typeWord(of: Raw.RawValue.self) }

extension Bool: DescribedType { static var typeWord: String { "boolean" } }
extension String: DescribedType { static var typeWord: String { "string" } }
extension Double: DescribedType { static var typeWord: String { "number" } }
extension Float: DescribedType { static var typeWord: String { "number" } }
extension DescribedType where Self: FixedWidthInteger { static var typeWord: String { "integer" } }
extension Int: DescribedType {}
extension Int8: DescribedType {}
extension Int16: DescribedType {}
extension Int32: DescribedType {}
extension Int64: DescribedType {}
extension UInt: DescribedType {}
extension UInt8: DescribedType {}
extension UInt16: DescribedType {}
extension UInt32: DescribedType {}
extension UInt64: DescribedType {}
extension Optional: DescribedType { static var typeWord: String { Postern.typeWord(of: Wrapped.self) } }
extension Array: DescribedType { static var typeWord: String { Element.self == UInt8.self ? "bytes" : "array" } }
extension Set: DescribedType { static var typeWord: String { "array" } }
extension Dictionary: DescribedType { static var typeWord: String { "object" } }
