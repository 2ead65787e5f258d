extension Service {
    /// The actor that no program runs on, so that a handler whose result cannot be sent is an error of the compiler.
    ///
    /// The result of a closure of one expression may be dropped, so without the overloads below such a handler would be
    /// taken for one without result, and its reply would be null. An overload that is unavailable ranks below that one
    /// and would not be chosen; one that is isolated and deprecated is. The error has the name of the actor, the warning
    /// beside it says what to do.
    @globalActor public actor UseRegisterStream {
        /// The only one.
        public static let shared = UseRegisterStream()
    }

    /// Not to be called: the result of a handler is `Encodable` and `Sendable`, and `registerStream` answers with
    /// a sequence.
    @UseRegisterStream
    @available(
        *,
        deprecated,
        message: "use registerStream for a sequence, '-> Void' for no result; any other is Encodable and Sendable"
    )
    public func register<each Argument: Decodable & Sendable, Result>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @Sendable (repeat each Argument) throws -> Result
    ) {
        Self.refuse(Result.self, of: name)
    }

    /// Not to be called: the result of a handler is `Encodable` and `Sendable`, and `registerStream` answers with
    /// a sequence.
    @UseRegisterStream
    @available(
        *,
        deprecated,
        message: "use registerStream for a sequence, '-> Void' for no result; any other is Encodable and Sendable"
    )
    public func register<each Argument: Decodable & Sendable, Result>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Result
    ) {
        Self.refuse(Result.self, of: name)
    }

    /// Not to be called: the result of a handler is `Encodable` and `Sendable`, and `registerStream` answers with
    /// a sequence.
    @UseRegisterStream
    @available(
        *,
        deprecated,
        message: "use registerStream for a sequence, '-> Void' for no result; any other is Encodable and Sendable"
    )
    public func register<each Argument: Decodable & Sendable, Result>(
        _ name: String,
        _ parameters: repeat Parameter<each Argument>,
        options: MethodOptions = .init(),
        handler: @escaping @concurrent @Sendable (CallContext, repeat each Argument) async throws -> Result
    ) {
        Self.refuse(Result.self, of: name)
    }

    /// Only a caller that awaits, in spite of the warning, comes here.
    private static func refuse<Result>(_ type: Result.Type, of name: String) -> Never {
        preconditionFailure("\(name): \(type) is not Encodable and Sendable; registerStream answers with a sequence")
    }
}
