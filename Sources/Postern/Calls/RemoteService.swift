/// A service somewhere else, as a typed stub sees it: one place that its methods are called through.
///
/// A stub is a type with a method for each of the service's, and can be written by hand; `@Remote` of `PosternMacros`
/// writes the same from a protocol:
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
    /// Names joined by `/`; empty for all that the calls can reach.
    private let path: String
    /// How long each reply may take; `nil` for as long as that of a call by hand.
    private let timeout: Duration?

    /// Names a service; nothing is asked of it until a method is called.
    ///
    /// - Parameters:
    ///   - callee: Sends the calls, and is kept.
    ///   - path: Names joined by `/`; empty for what a reference leads to.
    ///   - timeout: How long each reply may take; `nil` for as long as that of a call by hand.
    public init(_ callee: some Callee, path: String = "", timeout: Duration? = nil) {
        self.callee = callee
        self.path = path
        self.timeout = timeout
    }

    /// Calls a method and decodes its result.
    ///
    /// - Throws: `CallError`; `.internalError` when the result is not of the expected type.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) async throws(CallError) -> Value {
        let path = path(of: method)
        return try Peer.value(of: try await callee.reply(to: path, repeat each arguments, timeout: timeout), path)
    }

    /// Calls a method and passes over its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) async throws(CallError) {
        _ = try await callee.reply(to: path(of: method), repeat each arguments, timeout: timeout)
    }

    /// Calls a method that answers with a stream.
    ///
    /// - Throws: `CallError`; `.invalidRequest` when the method answers with one value.
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

/// What a ``RemoteService`` sends its calls through: a peer, a connection that is made again, a reference.
public protocol Callee: Sendable {
    /// Sends one call and waits for its reply.
    ///
    /// - Parameters:
    ///   - method: Names joined by `/`.
    ///   - arguments: The positional arguments.
    ///   - timeout: How long the reply may take; it travels along, through every further hop. With `nil` the call ends
    ///     as one without a timeout does.
    /// - Returns: One value, or a stream.
    /// - Throws: `CallError`, as calls by hand.
    func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply
}
