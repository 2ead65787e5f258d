/// A remote service, for the implementation of a typed stub.
///
/// A stub is a type with a method for each method of the service. The macro `@Remote` of `PosternMacros` generates the
/// stub of a protocol; written by hand, it looks like this:
///
/// ```swift
/// struct RemoteCalculator: Calculator {
///     let remote: RemoteService
///
///     func add(_ a: Double, _ b: Double) async throws -> Double { try await remote.call("add", a, b) }
/// }
///
/// let calculator = RemoteCalculator(remote: RemoteService(peer, path: "calculator"))
/// ```
public struct RemoteService: Sendable {
    private let callee: any Callee
    private let path: String
    private let timeout: Duration?

    /// Creates a remote service.
    ///
    /// Nothing is sent until a method is called.
    ///
    /// - Parameters:
    ///   - callee: The peer or reference that sends the calls, which is retained.
    ///   - path: The path of the service, names joined by `/`; empty for the root, and for the target of a reference.
    ///   - timeout: How long each reply may take; with `nil`, the default of `callee` applies.
    public init(_ callee: some Callee, path: String = "", timeout: Duration? = nil) {
        self.callee = callee
        self.path = path
        self.timeout = timeout
    }

    /// Calls a method and returns its decoded result.
    ///
    /// - Throws: A `CallError`: `.internalError` if the result does not have the expected type.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) async throws(CallError) -> Value {
        let path = path(of: method)
        return try Peer.value(of: try await callee.reply(to: path, repeat each arguments, timeout: timeout), path)
    }

    /// Calls a method and discards its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) async throws(CallError) {
        _ = try await callee.reply(to: path(of: method), repeat each arguments, timeout: timeout)
    }

    /// Calls a method that returns a stream.
    ///
    /// - Throws: A `CallError`: `.invalidRequest` if the method returns a single value.
    public func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        of item: Item.Type = Item.self
    ) async throws(CallError) -> ValueStream<Item> {
        let path = path(of: method)
        let reply = try await callee.reply(to: path, repeat each arguments, timeout: timeout)
        return ValueStream(try Peer.stream(of: reply, path))
    }

    private func path(of method: String) -> String { path.isEmpty ? method : "\(path)/\(method)" }
}

/// A type through which a ``RemoteService`` sends its calls: a peer, a reconnecting peer, or a reference.
public protocol Callee: Sendable {
    /// Sends one call and waits for its reply.
    ///
    /// - Parameters:
    ///   - method: The path of the method, names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - timeout: How long the reply may take, including every further hop. With `nil`, the default of this type
    ///     applies.
    /// - Returns: A value or a stream.
    /// - Throws: The `CallError` of the call.
    func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply
}
