/// An object that another process can call: its methods stay here, and a reference to it travels.
///
/// Made of a router of its own, or of a service of one, whose methods are then reached without its path. Give it as an
/// argument or a result of a call between native peers, or for a page at a WebSocket, by itself or inside other values;
/// the receiver has a `Reference` too, and calls methods through it. Coming home it is the original again, and one received may be passed
/// on: then the calls go through this process, and end with its connections. What it leads to is kept for as long as
/// the other end holds it, at most until the connection ends.
///
/// References are equal when they lead to the same place; one made with `onRelease` is equal to itself only.
public struct Reference: Codable, Hashable, Sendable, ReferenceValue {
    static let kind = ReferenceKind.object
    let handle: ReferenceHandle

    init(handle: ReferenceHandle) { self.handle = handle }

    /// Lends everything that a router offers.
    ///
    /// - Parameters:
    ///   - router: Kept by the reference.
    ///   - name: What diagnosis calls it.
    ///   - onRelease: Run once, when no other end holds it any more: it was released there, or the connection ended. If
    ///     no other end received it, because its message did not leave, it is run when the last handle in this process
    ///     is freed. It is short, and runs on any thread.
    public init(to router: Router, _ name: String = "object", onRelease: (@Sendable () -> Void)? = nil) {
        handle = .local(LocalReference(router, path: "", .object, name: name, onRelease: onRelease))
    }

    /// Lends a service, and nothing above it or beside it.
    public init(to service: Service, _ name: String? = nil, onRelease: (@Sendable () -> Void)? = nil) {
        let name = name ?? service.path
        handle = .local(LocalReference(service.router, path: service.path, .object, name: name, onRelease: onRelease))
    }

    /// What it leads to, when that is at home; `nil` for what lives in another process.
    package var service: Service? {
        guard case .local(let local) = handle else { return nil }
        return Service(router: local.router, path: local.path)
    }

    /// Calls a method of the object and decodes its result.
    ///
    /// - Parameters:
    ///   - method: Names joined by `/`, from the object on; at most 100 UTF-8 bytes.
    ///   - arguments: The positional arguments.
    ///   - timeout: How long the reply may take; `nil` keeps the deadline of the call being served.
    /// - Returns: The result.
    /// - Throws: `CallError`; `.unavailable` when the connection to the object has ended.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        try await handle.call(method, repeat each arguments, timeout: timeout)
    }

    /// Calls a method of the object and passes over its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration? = nil
    ) async throws(CallError) {
        try await handle.call(method, repeat each arguments, timeout: timeout)
    }

    /// Calls a method of the object that answers with a stream.
    ///
    /// - Throws: `CallError`; `.invalidRequest` when the method answers with one value.
    public func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        of item: Item.Type = Item.self,
        timeout: Duration? = nil
    ) async throws(CallError) -> ValueStream<Item> {
        try await handle.stream(method, repeat each arguments, timeout: timeout)
    }

    /// Tells the object something and does not wait; what is told arrives in the order sent.
    ///
    /// - Throws: `CallError` when the notification cannot leave.
    public func notify<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) throws(CallError) {
        try handle.notify(method, repeat each arguments)
    }
}

extension Reference: Callee {
    /// Sends one call to the object and waits for its reply, as `call(_:_:timeout:)` does.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await handle.reply(to: method, repeat each arguments, timeout: timeout)
    }
}
