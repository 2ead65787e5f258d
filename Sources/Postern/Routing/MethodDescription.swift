/// What a router offers, as `rpc/describe` answers it.
public struct RouterDescription: Codable, Hashable, Sendable {
    /// Services with documentation, in order of their paths.
    public var services: [ServiceDescription]
    /// Methods in order of their paths.
    public var methods: [MethodDescription]
    /// Topics in order of their paths.
    public var topics: [TopicDescription]

    /// Lists what is offered.
    public init(services: [ServiceDescription] = [], methods: [MethodDescription], topics: [TopicDescription] = []) {
        self.services = services
        self.methods = methods
        self.topics = topics
    }
}

/// What a service is for.
public struct ServiceDescription: Codable, Hashable, Sendable {
    /// Names joined by `/`.
    public var path: String
    /// For people.
    public var documentation: String?

    /// Describes a service.
    public init(path: String, documentation: String? = nil) {
        self.path = path
        self.documentation = documentation
    }
}

/// How a method is called.
public struct MethodDescription: Codable, Hashable, Sendable {
    /// Names joined by `/`.
    public var path: String
    /// For people.
    public var documentation: String?
    /// In the order of positional arguments.
    public var parameters: [ParameterDescription]
    /// The type of the result, or of a stream's items: `integer`, `number`, `boolean`, `string`, `bytes`, `array`,
    /// `object`, `function`, `reference`, `any`, or `null` for none.
    public var result: String
    /// Whether the answer is a stream.
    public var isStream: Bool
    /// Whether the method changes nothing, so that a plain GET may reach it.
    public var isSafe: Bool

    /// Describes a method.
    public init(
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
    public var name: String
    /// One of the words of ``MethodDescription/result``.
    public var type: String
    /// Whether it must be given.
    public var isRequired: Bool
    /// For people.
    public var documentation: String?

    /// Describes a parameter of a method that is registered raw.
    public init(name: String, type: String = "any", isRequired: Bool = true, documentation: String? = nil) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.documentation = documentation
    }
}

/// What can be subscribed to.
public struct TopicDescription: Codable, Hashable, Sendable {
    /// Names joined by `/`.
    public var path: String
    /// For people.
    public var documentation: String?

    /// Describes a topic.
    public init(path: String, documentation: String? = nil) {
        self.path = path
        self.documentation = documentation
    }
}
