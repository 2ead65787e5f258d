/// The other end of the connection that a call came over, as its handler calls it back: a native peer, or a page.
///
/// A handler finds it in ``CallContext/caller``, and may keep it: that does not keep the connection, and calls fail with
/// `.unavailable` once it has ended. There is none where only one answer can be sent, as on a plain POST.
public struct Caller: Sendable {
    package let link: ConnectionLink

    package init(_ connection: any ReferenceConnection) { link = connection.link }

    /// The native peer; `nil` for a client at a JSON door, and once the connection has ended.
    public var peer: Peer? { link.connection as? Peer }

    /// Calls a method of the caller and decodes its result.
    ///
    /// - Parameters:
    ///   - method: Path of the method, names joined by `/`; a page sees `.` instead.
    ///   - arguments: The positional arguments.
    ///   - named: The named arguments; a page takes either these or positional ones.
    ///   - timeout: How long the reply may take; `nil` keeps the deadline of the call being served, or ends after 30
    ///     seconds.
    /// - Returns: The result.
    /// - Throws: `CallError`; `.unavailable` when the connection has ended, `.busy` when the caller leaves too many calls
    ///   unanswered.
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

    /// Calls a method of the caller and passes over its result.
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

    /// Tells the caller something and does not wait; notifications arrive in the order sent.
    ///
    /// - Throws: `CallError` when the notification cannot leave.
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
        guard method.utf8.first != UInt8(ascii: "$") else {
            throw CallError(.methodNotFound, "No such method: \(MethodPath.shown(method))")
        }
        let arguments = try connection.arguments(repeat each arguments, named: named)
        return Call(method, arguments: arguments, until: timeout.map { .now.later(by: $0) })
    }
}

extension Call {
    /// Has what the path leads to answer the call: a reference, or else the dispatcher.
    package func answer(from dispatcher: any Dispatcher) async throws(CallError) -> Reply {
        guard let target else { return try await dispatcher.dispatch(self) }
        return try await target.dispatch(self)
    }
}
