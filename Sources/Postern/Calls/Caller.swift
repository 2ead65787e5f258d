/// The peer or web page that made a call, for calls in the other direction.
///
/// A handler reads it from ``CallContext/caller`` and may store it. A stored caller does not keep the connection open,
/// and calls to it fail with `.unavailable` once the connection has closed. Calls over a plain POST have no caller,
/// because only one response can be sent.
public struct Caller: Sendable {
    package let link: ConnectionLink

    package init(_ connection: any ReferenceConnection) { link = connection.link }

    /// The native peer; `nil` for a JSON client, and once the connection has closed.
    public var peer: Peer? { link.connection as? Peer }

    /// Calls a method of the caller and returns its decoded result.
    ///
    /// - Parameters:
    ///   - method: The path of the method, names joined by `/`, which a web page receives as `.`.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments. A web page accepts either named or positional arguments.
    ///   - timeout: How long the reply may take; `nil` applies the deadline of the call that the current task serves,
    ///     or else 30 seconds.
    /// - Returns: The result.
    /// - Throws: A `CallError`: `.unavailable` if the connection has closed, `.busy` if too many calls to the caller
    ///   are unanswered.
    public func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) -> Value {
        let connection = try link.openConnection
        if let peer = connection as? Peer {
            return try await peer.call(method, repeat each arguments, named: named, timeout: timeout)
        }
        let timeout = timeout ?? Self.defaultTimeout
        let call = try outgoing(method, to: connection, repeat each arguments, named: named, timeout: timeout)
        return try Peer.value(of: try await connection.send(call), method)
    }

    /// Calls a method of the caller and discards its result.
    public func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:],
        timeout: Duration? = nil
    ) async throws(CallError) {
        let connection = try link.openConnection
        if let peer = connection as? Peer {
            return try await peer.call(method, repeat each arguments, named: named, timeout: timeout)
        }
        let timeout = timeout ?? Self.defaultTimeout
        let call = try outgoing(method, to: connection, repeat each arguments, named: named, timeout: timeout)
        _ = try await connection.send(call)
    }

    /// Sends a notification to the caller, without waiting.
    ///
    /// Notifications arrive in the order in which they are sent.
    ///
    /// - Throws: A `CallError` if the notification cannot be sent.
    public func notify<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument
    ) throws(CallError) {
        let connection = try link.openConnection
        if let peer = connection as? Peer { return try peer.notify(method, repeat each arguments) }
        var call = try outgoing(method, to: connection, repeat each arguments, named: [:], timeout: nil)
        call.isNotification = true
        try connection.sendNotification(call)
    }

    private static var defaultTimeout: Duration? { PeerLimits.standard.callTimeout }

    private func outgoing<each Argument: Encodable>(
        _ method: String,
        to connection: any ReferenceConnection,
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable>,
        timeout: Duration?
    ) throws(CallError) -> Call {
        // Paths with `$` are those of references, which are called through their own types.
        guard method.utf8.first != UInt8(ascii: "$") else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(method))")
        }
        let arguments = try connection.arguments(repeat each arguments, named: named)
        return Call(method, arguments: arguments, until: timeout.map { .now.later(by: $0) })
    }
}

extension Call {
    /// Returns the reply of the call's target: of a reference, if the call has one, or else of a dispatcher.
    package func answer(from dispatcher: any Dispatcher) async throws(CallError) -> Reply {
        guard let target else { return try await dispatcher.dispatch(self) }
        return try await target.dispatch(self)
    }
}
