extension Service {
    /// An actor that no code runs on, which makes a handler whose result cannot be encoded a compile-time error.
    ///
    /// The result of a single-expression closure may be discarded. Without the overloads below, such a handler would
    /// match the overload without a result and reply null. An unavailable overload would rank below that one and not be
    /// chosen, but an isolated and deprecated one is: the error names this actor, and the warning beside it names the
    /// remedy.
    @globalActor public actor UseRegisterStream {
        /// The only instance.
        public static let shared = UseRegisterStream()
    }

    /// Rejects a handler whose result is not `Encodable` and `Sendable`; use `registerStream` for a sequence.
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

    /// Rejects a handler whose result is not `Encodable` and `Sendable`; use `registerStream` for a sequence.
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

    /// Rejects a handler whose result is not `Encodable` and `Sendable`; use `registerStream` for a sequence.
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

    /// Stops the program, which has ignored the warning and awaited the registration.
    private static func refuse<Result>(_ type: Result.Type, of name: String) -> Never {
        preconditionFailure("\(name): \(type) is not Encodable and Sendable; registerStream answers with a sequence")
    }
}
