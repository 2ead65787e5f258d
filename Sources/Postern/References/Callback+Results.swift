extension Callback {
    /// The actor that no program runs on, so that a function whose result cannot be sent is an error of the compiler.
    ///
    /// It does for functions that are lent what ``Service/UseRegisterStream`` does for methods.
    @globalActor public actor ResultsAreEncodable {
        /// The only one.
        public static let shared = ResultsAreEncodable()
    }

    /// Not to be called: the result of a function that is lent is `Encodable` and `Sendable`.
    @ResultsAreEncodable
    @available(
        *,
        deprecated,
        message: "use '-> Void' for no result, registerStream of a Reference for a sequence; any other is Encodable"
    )
    public init<each Argument: Decodable & Sendable, Result>(
        _ name: String = "callback",
        execution: MethodOptions.Execution = .concurrent,
        onRelease: (@Sendable () -> Void)? = nil,
        handler: @escaping @Sendable (repeat each Argument) throws -> Result
    ) {
        preconditionFailure("\(name): \(Result.self) is not Encodable and Sendable")
    }

    /// Not to be called: the result of a function that is lent is `Encodable` and `Sendable`.
    @ResultsAreEncodable
    @available(
        *,
        deprecated,
        message: "use '-> Void' for no result, registerStream of a Reference for a sequence; any other is Encodable"
    )
    public init<each Argument: Decodable & Sendable, Result>(
        _ name: String = "callback",
        execution: MethodOptions.Execution = .concurrent,
        onRelease: (@Sendable () -> Void)? = nil,
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Result
    ) {
        preconditionFailure("\(name): \(Result.self) is not Encodable and Sendable")
    }
}
