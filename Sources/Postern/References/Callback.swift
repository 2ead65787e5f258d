/// A function that another process can call: it stays here, and a reference to it travels.
///
/// Make one from a closure and give it as an argument or a result of a call between native peers, by itself or inside
/// other values; a page at a WebSocket gives a function, and is given one. The receiver, whose parameter is a `Callback` too, calls it with `call(_:timeout:)` or
/// ``notify(_:)``. Coming home it is the original again, and one received may be passed on: then the calls go through
/// this process, and end with its connections. It is kept here for as long as the other end holds it, at most until the
/// connection ends: two ends of which each keeps what the other holds, keep both.
///
/// Callbacks are equal when they are the same function, made once.
public struct Callback: Codable, Hashable, Sendable, ReferenceValue {
    static let kind = ReferenceKind.function
    let handle: ReferenceHandle

    init(handle: ReferenceHandle) { self.handle = handle }

    private init(
        name: String,
        _ execution: MethodOptions.Execution,
        _ onRelease: (@Sendable () -> Void)?,
        _ register: (Service, MethodOptions) -> Void
    ) {
        let router = Router(builtIn: false)
        register(router.root, MethodOptions(execution: execution))
        let local = LocalReference(router, path: Self.method, .function, name: name, onRelease: onRelease)
        handle = .local(local)
    }

    static let method = ReferencePath.functionMethod

    /// Whether the function is one of this process.
    package var isLocal: Bool {
        if case .local = handle { true } else { false }
    }

    /// Lends a function that answers without waiting.
    ///
    /// Calls and notifications from one end begin in the order sent, on any thread; a call has as many arguments as the
    /// function has parameters, at most 8.
    ///
    /// - Parameters:
    ///   - name: What diagnosis calls it.
    ///   - execution: Where it runs; on the event loop of the connection it is as fast as a short method.
    ///   - onRelease: Run once, when no other end holds it any more: it was released there, or the connection ended. If
    ///     no other end received it, because its message did not leave, it is run when the last handle in this process
    ///     is freed. It is short, and runs on any thread.
    ///   - handler: The function.
    public init<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String = "callback",
        execution: MethodOptions.Execution = .concurrent,
        onRelease: (@Sendable () -> Void)? = nil,
        handler: @escaping @Sendable (repeat each Argument) throws -> Result
    ) {
        self.init(name: name, execution, onRelease) { service, options in
            var names = ArgumentNames()
            service.register(Self.method, repeat names.next((each Argument).self), options: options, handler: handler)
        }
    }

    /// Lends a function without result that does not wait.
    public init<each Argument: Decodable & Sendable>(
        _ name: String = "callback",
        execution: MethodOptions.Execution = .concurrent,
        onRelease: (@Sendable () -> Void)? = nil,
        handler: @escaping @Sendable (repeat each Argument) throws -> Void
    ) {
        self.init(name: name, execution, onRelease) { service, options in
            var names = ArgumentNames()
            service.register(Self.method, repeat names.next((each Argument).self), options: options, handler: handler)
        }
    }

    /// Lends a function that may wait.
    ///
    /// Its task is cancelled when the caller cancels, leaves, or has waited until its deadline.
    public init<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ name: String = "callback",
        execution: MethodOptions.Execution = .concurrent,
        onRelease: (@Sendable () -> Void)? = nil,
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Result
    ) {
        self.init(name: name, execution, onRelease) { service, options in
            var names = ArgumentNames()
            service.register(Self.method, repeat names.next((each Argument).self), options: options, handler: handler)
        }
    }

    /// Lends a function without result that may wait.
    public init<each Argument: Decodable & Sendable>(
        _ name: String = "callback",
        execution: MethodOptions.Execution = .concurrent,
        onRelease: (@Sendable () -> Void)? = nil,
        handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Void
    ) {
        self.init(name: name, execution, onRelease) { service, options in
            var names = ArgumentNames()
            service.register(Self.method, repeat names.next((each Argument).self), options: options, handler: handler)
        }
    }
}

/// Names the parameters of a function whose arguments are given by position.
private struct ArgumentNames {
    private var count = 0

    mutating func next<Argument: Decodable & Sendable>(_ type: Argument.Type) -> Parameter<Argument> {
        count += 1
        return Parameter("argument \(count)")
    }
}

extension Callback {
    /// Calls the function and decodes its result.
    ///
    /// - Parameters:
    ///   - arguments: One for each parameter.
    ///   - timeout: How long the reply may take; `nil` keeps the deadline of the call being served.
    /// - Returns: The result.
    /// - Throws: `CallError`; `.unavailable` when the connection to the function has ended.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await handle.call("", repeat each arguments, timeout: timeout)
    }

    /// Calls the function and passes over its result.
    public func call<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) {
        try await handle.call("", repeat each arguments, timeout: timeout)
    }

    /// Tells the function something and does not wait; what is told arrives in the order sent.
    ///
    /// - Throws: `CallError` when the notification cannot leave.
    public func notify<each Argument: Encodable>(_ arguments: repeat each Argument) throws(CallError) {
        try handle.notify("", repeat each arguments)
    }
}

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
