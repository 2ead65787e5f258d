internal import PosternSchema

/// A method of a router: its handler, its path and its description.
@usableFromInline
final class RegisteredMethod: Sendable {
    /// A synchronous handler: decodes the arguments and appends the encoded result.
    @usableFromInline
    typealias ShortBody = @Sendable (Span<UInt8>, any PayloadCodec.Type, inout [UInt8]) throws(CallError) -> Void
    /// An asynchronous handler.
    @usableFromInline
    typealias LongBody = @Sendable (Call) async throws(CallError) -> Reply

    @usableFromInline
    enum Body: Sendable {
        case short(ShortBody)
        case long(LongBody)
    }

    let path: String
    /// The UTF-8 bytes of the path and their hash, computed once for the look-ups of `MethodTable`.
    let pathBytes: [UInt8]
    let pathHash: Int
    /// The types of the method, from which its description is written on demand.
    let content: RegisteredMethod.Content
    let options: MethodOptions
    let body: Body
    let execution: MethodExecution

    init(_ body: Body, path: String, _ content: RegisteredMethod.Content, _ options: MethodOptions) {
        self.path = path
        let bytes = Array(path.utf8)
        pathBytes = bytes
        pathHash = MethodTable.hash(bytes.span)
        self.content = content
        self.options = options
        self.body = body
        // Chosen once, so that each call only reads a field. A synchronous handler needs no task even when it is
        // offloaded.
        self.execution =
            switch (options.execution, body) {
            case (.onEventLoop, .short(let run)): .immediate(ImmediateMethod(isSafe: options.isSafe, run: run))
            case (.onEventLoop, .long): .onEventLoop
            case (.concurrent, .short(let run)): .offloaded(.named(path, isSafe: options.isSafe, run))
            case (.concurrent, .long): .concurrent
            }
    }

    var isSafe: Bool { options.isSafe }

    /// Whether the handler may block its thread, so that it must not run on an event loop.
    var mayBlock: Bool {
        switch execution {
        case .concurrent, .offloaded: true
        case .immediate, .onEventLoop: false
        }
    }
}

extension ImmediateMethod {
    /// Returns a method whose errors contain its path: it is offloaded to a thread that does not have the call.
    fileprivate static func named(
        _ path: String,
        isSafe: Bool,
        _ run: @escaping RegisteredMethod.ShortBody
    ) -> ImmediateMethod {
        ImmediateMethod(isSafe: isSafe) { (arguments, codec, output) throws(CallError) in
            do throws(CallError) { try run(arguments, codec, &output) } catch { throw error.thrown(at: path) }
        }
    }
}

extension RegisteredMethod {
    /// The types of a method, from which its description is written on demand.
    @usableFromInline
    struct Content: Sendable {
        let parameters: [Argument]
        /// The type of the result, or of the items of a stream.
        let result: Kind
        let isStream: Bool

        /// Returns the description of the method at a path; the types that it names are added to the catalogue.
        func description(
            path: String,
            _ options: MethodOptions,
            _ catalogue: inout SchemaCatalogue
        ) -> MethodDescription {
            MethodDescription(
                path: path,
                documentation: options.documentation,
                parameters: parameters.map { $0.description(&catalogue) },
                result: result.word,
                isStream: isStream,
                isSafe: options.isSafe,
                resultSchema: result.schema(&catalogue).map(Value.init),
                errors: options.errors.isEmpty ? nil : options.errors.map { $0.description(&catalogue) }
            )
        }
    }
}

extension RegisteredMethod.Content {
    /// A parameter, with the type and the default value of its arguments.
    @usableFromInline
    struct Argument: Sendable {
        let name: String
        private let type: Kind
        private let isRequired: Bool
        private let documentation: String?
        private let defaultValue: @Sendable () -> Any?

        init(
            name: String,
            type: Kind,
            isRequired: Bool,
            documentation: String?,
            defaultValue: @escaping @Sendable () -> Any? = { nil }
        ) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
            self.documentation = documentation
            self.defaultValue = defaultValue
        }

        /// Creates the parameter of a method that decodes its own arguments.
        init(_ described: ParameterDescription) {
            self.init(
                name: described.name,
                type: .word(described.type),
                isRequired: described.isRequired,
                documentation: described.documentation
            )
        }

        func description(_ catalogue: inout SchemaCatalogue) -> ParameterDescription {
            var description = ParameterDescription(
                name: name,
                type: type.word,
                isRequired: isRequired,
                documentation: documentation
            )
            guard var schema = type.schema(&catalogue) else { return description }
            if let value = defaultValue(), let tree = JSONTree(encoding: value), tree != .null {
                schema = .object(schema.members.filter { $0.name != "default" } + [.init("default", tree)])
            }
            description.schema = Value(schema)
            return description
        }
    }
}

extension RegisteredMethod.Content {
    /// The type of an argument, a result or an event.
    @usableFromInline
    enum Kind: Sendable {
        /// The values of a Swift type.
        case value(any Any.Type)
        /// Values of which only the word in descriptions is known.
        case word(String)
        /// No value, which is null in JSON.
        case nothing

        /// The word for the type in descriptions.
        var word: String {
            switch self {
            case .value(let type): CustomSchemas.definitions.word(of: type)
            case .word(let word): word
            case .nothing: "null"
            }
        }

        /// Returns the JSON Schema; `nil` if only the word is known.
        func schema(_ catalogue: inout SchemaCatalogue) -> JSONTree? {
            switch self {
            case .value(let type): catalogue.schema(of: type)
            case .word: nil
            case .nothing: ["type": "null"]
            }
        }
    }
}
