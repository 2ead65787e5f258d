import Synchronization

/// A tree of services, which dispatches calls to methods by their paths.
///
/// Methods may be registered and unregistered at any time, also while calls run; a change applies to all connections.
/// Registering a path twice is a programming error that stops the process, unless ``MethodOptions`` of the second
/// registration request a replacement.
public final class Router: Sendable {
    // One mutex for each table, so that the look-up of a method waits for no other change. No handler runs under one.
    let methods = Mutex(MethodTable())
    let serviceDocumentation = Mutex<[String: String]>([:])
    let topics = Mutex<[String: Topic]>([:])
    let mounted = Mutex<[String: Router]>([:])
    let place = Mutex(Place())
    let deadlines = DeadlineQueue()
    /// The number of the latest change, which invalidates ``descriptions``.
    let revision = Atomic<UInt64>(0)
    /// The encoded descriptions by codec.
    let descriptions = Mutex<[ObjectIdentifier: WrittenDescription]>([:])

    /// Creates a router with the built-in methods `rpc/describe` and `rpc/subscribe`.
    public init() { addBuiltInMethods() }

    /// Creates a router with or without the built-in methods.
    init(builtIn: Bool) { if builtIn { addBuiltInMethods() } }

    /// The root service, for methods whose path is a single name.
    public var root: Service { Service(router: self, path: "") }

    /// Returns the top-level service with a name, which need not exist yet.
    ///
    /// - Parameters:
    ///   - name: The name: not empty, not `rpc`, without `/` and `.`, and not beginning with `_` or `$`.
    ///   - documentation: The purpose of the service, for people.
    /// - Returns: The service.
    public func service(_ name: String, documentation: String? = nil) -> Service {
        root.service(name, documentation: documentation)
    }

    /// Unregisters a method; running calls continue.
    ///
    /// - Parameter path: The path of the method: names joined by `/`.
    /// - Returns: Whether the method was registered.
    @discardableResult
    public func unregister(_ path: String) -> Bool {
        let isRemoved = methods.withLock { $0.removeAll { $0.path == path } } > 0
        if isRemoved { noteChange() }
        return isRemoved
    }

    /// Returns the method with a path, here or in a mounted router.
    func find(_ path: Span<UInt8>) -> RegisteredMethod? { methods.withLock { $0.find(path) } ?? findMounted(path) }

    /// Registers a method.
    ///
    /// - Precondition: No method has the same path, unless `replacing` is `true`.
    func add(_ method: RegisteredMethod, replacing: Bool = false) {
        let isNew = methods.withLock { table in
            let path = method.pathBytes
            // Under the same lock as the insertion, so that no call finds the path without a method.
            if replacing { _ = table.removeAll { $0.pathBytes == path } }
            guard table.find(path.span) == nil else { return false }
            table.insert(method)
            return true
        }
        precondition(isNew, "A method is registered already at \"\(method.path)\"")
        noteChange()
    }
}

extension Router: Dispatcher {
    /// Runs the method with the path of a call and returns its reply.
    ///
    /// When the deadline of the call passes, the handler's task is cancelled and this function throws without waiting
    /// for the handler. If the handler runs on an event loop, it waits for the handler instead.
    ///
    /// - Throws: `.methodNotFound`, `.invalidParameters`, `.deadlineExceeded`, or the error of the handler.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        let method = try method(for: call)
        switch method.body {
        case .short(let run): return .value(try result(of: run, call))
        case .long(let run):
            if let deadline = call.deadlineMoment { return try await race(method, run, call, until: deadline) }
            return try await run(call)
        }
    }

    // The functions below and `race` are not inlined into `dispatch`: their local variables would enlarge the
    // asynchronous frame of each call.

    /// Returns the method for a call, or throws if the call must not run.
    @inline(never)
    private func method(for call: Call) throws(CallError) -> RegisteredMethod {
        guard let method = find(call.method.utf8.span) else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(call.method))")
        }
        if call.requiresSafeMethod, !method.isSafe {
            throw .notSafe(method.path)
        }
        // The handler has not run, which the error states: the caller may safely call again.
        if let deadline = call.deadlineMoment, deadline <= .now { throw .deadlineExceeded(executed: .no) }
        return method
    }

    /// Runs a synchronous handler and returns its encoded result.
    @inline(never)
    private func result(of run: RegisteredMethod.ShortBody, _ call: Call) throws(CallError) -> Payload {
        var result = Payload(bytes: [], codec: call.arguments.codec)
        do throws(CallError) {
            // References in the arguments are resolved while they are decoded, against the message that carried them.
            if case .received(let message) = call.arguments.references {
                try message.reading { () throws(CallError) in
                    try run(call.arguments.bytes.span, call.arguments.codec, &result.bytes)
                }
            } else {
                try run(call.arguments.bytes.span, call.arguments.codec, &result.bytes)
            }
            return result
        } catch {
            // The result contains references, which are encoded for the caller's connection.
            guard let unfinished = error.unfinished, let caller = call.caller else { throw error }
            return try unfinished.payload(for: caller.link.openConnection)
        }
    }

    /// Returns how to run the method with a path; ``dispatch(_:)`` throws for an unknown one.
    public func execution(of path: Span<UInt8>) -> MethodExecution { find(path)?.execution ?? .concurrent }
}

extension CallError {
    /// Returns the error for a call whose deadline has passed.
    static func deadlineExceeded(executed: Executed = .unknown) -> CallError {
        CallError(.deadlineExceeded, "The deadline of the call has passed", ran: executed)
    }
}

extension Router {
    /// Runs an asynchronous handler until it ends or the deadline of its call passes.
    @inline(never)
    func race(
        _ method: RegisteredMethod,
        _ run: @escaping RegisteredMethod.LongBody,
        _ call: Call,
        until deadline: Moment
    ) async throws(CallError) -> Reply {
        try await DeadlineRace(queue: deadlines, deadline: deadline.instant).run(
            keepingExecutor: !method.mayBlock
        ) { () async throws(CallError) in try await run(call) }
    }
}
