/// A function that is passed by reference: it runs in this process, and a remote peer can call it.
///
/// Create a callback from a closure and pass it as an argument or a result of a call, by itself or inside another
/// value. The receiver declares a parameter of type `Callback` and calls the function with `call(_:timeout:)` or
/// ``notify(_:)``. A web page on a WebSocket passes and receives JavaScript functions instead.
///
/// A callback that returns to its owner is the original function again. A received callback may be passed on to another
/// connection; calls to it then pass through this process, and fail when either connection closes.
///
/// The function is retained for as long as the other side holds the callback, at most until the connection closes.
/// Reference cycles between two peers are not detected: both callbacks then live until the connection closes.
///
/// Two callbacks are equal if they come from the same initializer call.
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

    /// Whether the function runs in this process.
    package var isLocal: Bool {
        if case .local = handle { true } else { false }
    }

    /// Creates a callback from a synchronous function that returns a value.
    ///
    /// Calls and notifications from one peer start in the order in which they were sent, on any thread. A call has as
    /// many arguments as the function has parameters, at most 8.
    ///
    /// - Parameters:
    ///   - name: The name of the callback in diagnostics.
    ///   - execution: Where the function runs. On the event loop of the connection, calls cost as little as those of a
    ///     method that runs there; the function must not block.
    ///   - onRelease: A function that runs once, when no peer holds the callback: each has released it or its
    ///     connection has closed. If no peer ever received the callback, it runs when the last copy in this process is
    ///     freed. It runs on any thread and must not block.
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

    /// Creates a callback from a synchronous function without a result.
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

    /// Creates a callback from an asynchronous function that returns a value.
    ///
    /// The task of a call is cancelled when the caller cancels the call or disconnects, and when the deadline passes.
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

    /// Creates a callback from an asynchronous function without a result.
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

/// Names the parameters of a function whose arguments are positional.
private struct ArgumentNames {
    private var count = 0

    mutating func next<Argument: Decodable & Sendable>(_ type: Argument.Type) -> Parameter<Argument> {
        count += 1
        return Parameter("argument \(count)")
    }
}

extension Callback {
    /// Calls the function and returns its decoded result.
    ///
    /// - Parameters:
    ///   - arguments: One argument for each parameter of the function.
    ///   - timeout: How long the reply may take; `nil` applies the deadline of the call that the current task serves.
    /// - Returns: The result.
    /// - Throws: A `CallError`: `.unavailable` if the connection to the owner of the function has closed.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await handle.call("", repeat each arguments, timeout: timeout)
    }

    /// Calls the function and discards its result.
    public func call<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) {
        try await handle.call("", repeat each arguments, timeout: timeout)
    }

    /// Calls the function without waiting for it to run.
    ///
    /// Notifications arrive in the order in which they are sent. The owner drops those that it cannot handle.
    ///
    /// - Throws: A `CallError` if the notification cannot be sent.
    public func notify<each Argument: Encodable>(_ arguments: repeat each Argument) throws(CallError) {
        try handle.notify("", repeat each arguments)
    }
}

extension Callback {
    /// A global actor that makes the compiler reject functions whose result cannot be sent.
    ///
    /// The initializers for such functions are isolated to this actor, on which no code runs, so a call of them does
    /// not compile. ``Service/UseRegisterStream`` does the same for methods.
    @globalActor public actor ResultsAreEncodable {
        /// The shared instance, which `GlobalActor` requires.
        public static let shared = ResultsAreEncodable()
    }

    /// Rejects a synchronous function whose result is not `Encodable` and `Sendable`.
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

    /// Rejects an asynchronous function whose result is not `Encodable` and `Sendable`.
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
