/// What a router offers, as `rpc/describe` answers it.
package struct RouterDescription: Codable, Hashable, Sendable {
    /// Services with documentation, in order of their paths.
    package var services: [ServiceDescription]
    /// Methods in order of their paths.
    package var methods: [MethodDescription]
    /// Topics in order of their paths.
    package var topics: [TopicDescription]

    /// Lists what is offered.
    package init(services: [ServiceDescription] = [], methods: [MethodDescription], topics: [TopicDescription] = []) {
        self.services = services
        self.methods = methods
        self.topics = topics
    }
}

/// What a service is for.
package struct ServiceDescription: Codable, Hashable, Sendable {
    /// Names joined by `/`.
    package var path: String
    /// For people.
    package var documentation: String?

    /// Describes a service.
    package init(path: String, documentation: String? = nil) {
        self.path = path
        self.documentation = documentation
    }
}

/// How a method is called.
package struct MethodDescription: Codable, Hashable, Sendable {
    /// Names joined by `/`.
    package var path: String
    /// For people.
    package var documentation: String?
    /// In the order of positional arguments.
    package var parameters: [ParameterDescription]
    /// The type of the result, or of a stream's items: `integer`, `number`, `boolean`, `string`, `bytes`, `array`,
    /// `object`, `function`, `reference`, `any`, or `null` for none.
    package var result: String
    /// Whether the answer is a stream.
    package var isStream: Bool
    /// Whether the method changes nothing, so that a plain GET may reach it.
    package var isSafe: Bool

    /// Describes a method.
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

/// What a method takes at one place.
public struct ParameterDescription: Codable, Hashable, Sendable {
    /// The name by which it is given.
    package var name: String
    /// One of the words of ``MethodDescription/result``.
    package var type: String
    /// Whether it must be given.
    package var isRequired: Bool
    /// For people.
    package var documentation: String?

    /// Describes a parameter of a method that is registered raw.
    public init(name: String, type: String = "any", isRequired: Bool = true, documentation: String? = nil) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.documentation = documentation
    }
}

/// What can be subscribed to.
package struct TopicDescription: Codable, Hashable, Sendable {
    /// Names joined by `/`.
    package var path: String
    /// For people.
    package var documentation: String?

    /// Describes a topic.
    package init(path: String, documentation: String? = nil) {
        self.path = path
        self.documentation = documentation
    }
}

/// A type that knows how it is called in descriptions.
protocol DescribedType {
    static var typeWord: String { get }
}

/// The word for a type: what its own, what its raw values are, or `object`.
@usableFromInline
func typeWord(of type: any Any.Type) -> String {
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
