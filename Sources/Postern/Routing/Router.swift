import Synchronization

/// The tree of services that a process offers; answers calls by their paths.
///
/// Methods may be registered and taken out at any time, also while calls are served, and are there or gone for all
/// connections at once. Registering a path twice is a mistake in the program and stops it, unless the second
/// registration says that it replaces the first.
public final class Router: Sendable {
    let methods = Mutex(MethodTable())
    let serviceDocumentation = Mutex<[String: String]>([:])
    let topics = Mutex<[String: Topic]>([:])
    let mounted = Mutex<[String: Router]>([:])
    let place = Mutex(Place())
    let deadlines = DeadlineQueue()
    let revision = Atomic<UInt64>(0)
    let descriptions = Mutex<[ObjectIdentifier: WrittenDescription]>([:])

    /// Makes a router that offers only `rpc/describe` and `rpc/subscribe`.
    public init() { addBuiltInMethods() }

    /// Makes a router, with or without what routers offer by themselves.
    init(builtIn: Bool) { if builtIn { addBuiltInMethods() } }

    /// The place above all services, for methods whose path is one name.
    public var root: Service { Service(router: self, path: "") }

    /// Names a service at the top.
    ///
    /// - Parameters:
    ///   - name: Not empty, without `/` and `.`, not beginning with `_` or `$`, not `rpc`.
    ///   - documentation: What the service is for, for people.
    /// - Returns: The service; the same for the same name.
    public func service(_ name: String, documentation: String? = nil) -> Service {
        root.service(name, documentation: documentation)
    }

    /// Takes a method out; calls that run already go on.
    ///
    /// - Parameter path: Names joined by `/`.
    /// - Returns: Whether it was there.
    @discardableResult
    public func unregister(_ path: String) -> Bool {
        let isRemoved = methods.withLock { $0.removeAll { $0.path == path } } > 0
        if isRemoved { noteChange() }
        return isRemoved
    }

    func find(_ path: Span<UInt8>) -> RegisteredMethod? { methods.withLock { $0.find(path) } ?? findMounted(path) }

    func add(_ method: RegisteredMethod, replacing: Bool = false) {
        let isNew = methods.withLock { table in
            let path = method.pathBytes
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
    /// Answers one call with the method registered at its path.
    ///
    /// When the deadline of the call passes first, the handler's task is cancelled and the call ends without waiting
    /// for it, unless the handler runs on an event loop: there it has to end by itself.
    ///
    /// - Throws: `.methodNotFound`, `.invalidParameters`, `.deadlineExceeded`, or what the handler threw.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        let method = try method(for: call)
        switch method.body {
        case .short(let run): return .value(try result(of: run, call))
        case .long(let run):
            if let deadline = call.deadlineMoment { return try await race(method, run, call, until: deadline) }
            return try await run(call)
        }
    }

    // Not parts of `dispatch`, like `race`: what they need would be room in the task of every call.

    @inline(never)
    private func method(for call: Call) throws(CallError) -> RegisteredMethod {
        guard let method = find(call.method.utf8.span) else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(call.method))")
        }
        if call.requiresSafeMethod, !method.isSafe {
            throw .notSafe(method.path)
        }
        if let deadline = call.deadlineMoment, deadline <= .now { throw .deadlineExceeded(executed: .no) }
        return method
    }

    @inline(never)
    private func result(of run: RegisteredMethod.ShortBody, _ call: Call) throws(CallError) -> Payload {
        var result = Payload(bytes: [], codec: call.arguments.codec)
        do throws(CallError) {
            if case .received(let message) = call.arguments.references {
                try message.reading { () throws(CallError) in
                    try run(call.arguments.bytes.span, call.arguments.codec, &result.bytes)
                }
            } else {
                try run(call.arguments.bytes.span, call.arguments.codec, &result.bytes)
            }
            return result
        } catch {
            guard let unfinished = error.unfinished, let caller = call.caller else { throw error }
            return try unfinished.payload(for: caller.link.openConnection)
        }
    }

    /// Tells how the method at this path is run; an unknown one is answered by `dispatch`.
    public func execution(of path: Span<UInt8>) -> MethodExecution { find(path)?.execution ?? .concurrent }
}

extension CallError {
    static func deadlineExceeded(executed: Executed = .unknown) -> CallError {
        CallError(.deadlineExceeded, "The deadline of the call has passed", ran: executed)
    }
}

extension Router {
    /// Runs a method against a deadline, that of its call.
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
