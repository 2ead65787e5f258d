internal import PosternSchema

/// The properties of a method besides its name and parameters.
public struct MethodOptions: Sendable {
    /// The purpose of the method, for people.
    package var documentation: String?
    /// Whether the method has no side effects, so that a GET request may call it.
    package var isSafe: Bool
    /// The executor of the handler.
    package var execution: Execution
    /// Whether the method replaces one of the same name, whose running calls continue.
    package var replaces: Bool
    /// The errors that the method declares.
    package var errors: [DeclaredError]

    /// Creates options; by default, a method may have side effects and take any time.
    ///
    /// - Parameters:
    ///   - documentation: The purpose of the method, for people.
    ///   - isSafe: Whether the method has no side effects, so that a GET request may call it.
    ///   - execution: The executor of the handler.
    ///   - replaces: Whether the method replaces one of the same name, whose running calls continue. Otherwise,
    ///     registering a name twice stops the program.
    ///   - errors: The errors of the application that callers have to expect, for descriptions.
    public init(
        documentation: String? = nil,
        isSafe: Bool = false,
        execution: Execution = .concurrent,
        replaces: Bool = false,
        errors: [DeclaredError] = []
    ) {
        self.errors = errors
        self.replaces = replaces
        self.documentation = documentation
        self.isSafe = isSafe
        self.execution = execution
    }

    /// The executor of a handler.
    public enum Execution: Sendable {
        /// The global executor: the handler may take any time and block its thread.
        case concurrent
        /// The event loop that has received the call: the handler must neither block nor compute for long, because all
        /// other connections of the loop wait for it.
        case onEventLoop
    }
}

extension MethodOptions {
    /// An error that a method may throw, as descriptions of the method contain it.
    public struct DeclaredError: Sendable {
        private let code: CallError.Code
        private let message: String
        private let details: (any Any.Type)?
        /// The name of a transferable error, which its details contain.
        private let typeName: String?

        /// Creates the declaration of a `CallError`.
        ///
        /// - Parameters:
        ///   - code: The code of the error.
        ///   - message: The message, or the reason for the error.
        ///   - details: The type of the details; `nil` if there are none.
        public init(_ code: CallError.Code, _ message: String, details: (any Encodable.Type)? = nil) {
            self.code = code
            self.message = message
            self.details = details
            typeName = nil
        }

        /// Creates the declaration of an error type whose values are sent to callers.
        ///
        /// - Parameters:
        ///   - type: The type of the error.
        ///   - message: The reason for the error.
        public init<Failure: TransferableError>(_ type: Failure.Type, _ message: String = Failure.typeName) {
            code = .handlerFailed
            self.message = message
            details = type
            typeName = type.typeName
        }

        func description(_ catalogue: inout SchemaCatalogue) -> ErrorDescription {
            var schema = details.map { catalogue.schema(of: $0) }
            if let typeName, let value = schema {
                let properties: JSONTree = ["type": ["const": .string(typeName)], "value": value]
                schema = ["type": "object", "properties": properties, "required": ["type", "value"]]
            }
            return ErrorDescription(code: Int64(code.rawValue), message: message, details: schema.map(Value.init))
        }
    }
}
