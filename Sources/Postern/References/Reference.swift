/// An object that is passed by reference: its methods run in this process, and a remote peer can call them.
///
/// Create a reference to a router or to one of its services, and pass it as an argument or a result of a call, by
/// itself or inside another value. The receiver declares a parameter of type `Reference` and calls methods through it,
/// by paths that start at the object. A web page on a WebSocket receives an object with the same methods.
///
/// A reference that returns to its owner is the original again. A received reference may be passed on to another
/// connection; calls to it then pass through this process, and fail when either connection closes. The object is
/// retained for as long as the other side holds the reference, at most until the connection closes.
///
/// Two references are equal if they lead to the same router and path. A reference with an `onRelease` function is equal
/// only to its copies.
public struct Reference: Codable, Hashable, Sendable, ReferenceValue {
    static let kind = ReferenceKind.object
    let handle: ReferenceHandle

    init(handle: ReferenceHandle) { self.handle = handle }

    /// Creates a reference to all methods of a router.
    ///
    /// - Parameters:
    ///   - router: The router, which the reference retains.
    ///   - name: The name of the object in diagnostics.
    ///   - onRelease: A function that runs once, when no peer holds the reference: each has released it or its
    ///     connection has closed. If no peer ever received the reference, it runs when the last copy in this process is
    ///     freed. It runs on any thread and must not block.
    public init(to router: Router, _ name: String = "object", onRelease: (@Sendable () -> Void)? = nil) {
        handle = .local(LocalReference(router, path: "", .object, name: name, onRelease: onRelease))
    }

    /// Creates a reference to a service and those below it; others of the same router cannot be reached through it.
    public init(to service: Service, _ name: String? = nil, onRelease: (@Sendable () -> Void)? = nil) {
        let name = name ?? service.path
        handle = .local(LocalReference(service.router, path: service.path, .object, name: name, onRelease: onRelease))
    }

    /// The service that the reference leads to, or `nil` if that is in another process.
    package var service: Service? {
        guard case .local(let local) = handle else { return nil }
        return Service(router: local.router, path: local.path)
    }

    /// Calls a method of the object and returns its decoded result.
    ///
    /// - Parameters:
    ///   - method: The path of the method relative to the object, names joined by `/`, at most 100 UTF-8 bytes.
    ///   - arguments: The positional arguments.
    ///   - timeout: How long the reply may take; `nil` applies the deadline of the call that the current task serves.
    /// - Returns: The result.
    /// - Throws: A `CallError`: `.unavailable` if the connection to the owner of the object has closed.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await handle.call(method, repeat each arguments, timeout: timeout)
    }

    /// Calls a method of the object and discards its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) {
        try await handle.call(method, repeat each arguments, timeout: timeout)
    }

    /// Calls a method of the object that returns a stream.
    ///
    /// - Throws: A `CallError`: `.invalidRequest` if the method returns a single value.
    public func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        of item: Item.Type = Item.self,
        timeout: Duration? = nil
    ) async throws(CallError) -> ValueStream<Item> {
        try await handle.stream(method, repeat each arguments, timeout: timeout)
    }

    /// Calls a method of the object without waiting for it to run.
    ///
    /// Notifications arrive in the order in which they are sent. The owner drops those that it cannot handle.
    ///
    /// - Throws: A `CallError` if the notification cannot be sent.
    public func notify<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) throws(CallError) {
        try handle.notify(method, repeat each arguments)
    }
}

extension Reference: Callee {
    /// Sends one call to the object and waits for its reply, without decoding it.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await handle.reply(to: method, repeat each arguments, timeout: timeout)
    }
}
