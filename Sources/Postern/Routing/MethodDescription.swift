/// The services, methods and topics of a router: the result of `rpc/describe`.
package struct RouterDescription: Codable, Hashable, Sendable {
    /// The services that have documentation, sorted by path.
    package var services: [ServiceDescription] = []
    /// The methods, sorted by path.
    package var methods: [MethodDescription]
    /// The topics, sorted by path.
    package var topics: [TopicDescription] = []
    /// A map with the JSON Schemas of named types; `nil` if there are none, and from peers that send none.
    package var schemas: Value?
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
    /// The JSON Schema of the result, or of the items of a stream; `nil` if only the word is known.
    package var resultSchema: Value?
    /// The errors that the method declares; `nil` for none.
    package var errors: [ErrorDescription]?

    /// Creates a description of a method.
    package init(
        path: String,
        documentation: String? = nil,
        parameters: [ParameterDescription] = [],
        result: String = "any",
        isStream: Bool = false,
        isSafe: Bool = false,
        resultSchema: Value? = nil,
        errors: [ErrorDescription]? = nil
    ) {
        self.resultSchema = resultSchema
        self.errors = errors
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
    /// The JSON Schema of the arguments, with the default value; `nil` if only the word is known.
    package var schema: Value?

    /// Creates a description of a parameter, for a method that decodes its own arguments.
    public init(name: String, type: String = "any", isRequired: Bool = true, documentation: String? = nil) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.documentation = documentation
    }
}

/// The description of an error that a method declares.
package struct ErrorDescription: Codable, Hashable, Sendable {
    /// The error code.
    package var code: Int64
    /// The message, or the reason for the error.
    package var message: String
    /// The JSON Schema of the details; `nil` if there are none.
    package var details: Value?

    /// Creates a description of an error.
    package init(code: Int64, message: String, details: Value? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }
}

/// The description of a topic.
package struct TopicDescription: Codable, Hashable, Sendable {
    /// The path: names joined by `/`.
    package var path: String
    /// The documentation, for people.
    package var documentation: String?
    /// The JSON Schema of the events; `nil` if their type is not declared.
    package var schema: Value?

    /// Creates a description of a topic.
    package init(path: String, documentation: String? = nil, schema: Value? = nil) {
        self.path = path
        self.documentation = documentation
        self.schema = schema
    }
}
