/// A place in the tree of services of the other end, written like a property: `peer.remote.eggs.spam(3)`.
///
/// Nothing is asked of the other end until the method is called. Arguments are positional or named, as they are
/// written: `peer.remote.tea.brew("green", minutes: 3)`.
@dynamicMemberLookup
@dynamicCallable
public struct RemoteMethod: Sendable {
    private let peer: Peer
    /// Names joined by `/`; empty for the root.
    private let path: String
    private let expiry: Duration?

    init(_ path: String, of peer: Peer, expiry: Duration?) {
        self.path = path
        self.peer = peer
        self.expiry = expiry
    }

    /// What has this name below here.
    public subscript(dynamicMember name: String) -> RemoteMethod { self[name] }

    /// What has this name below here; for names that are no Swift names, or those of members of this type.
    public subscript(name: String) -> RemoteMethod {
        RemoteMethod(path.isEmpty ? name : "\(path)/\(name)", of: peer, expiry: expiry)
    }

    /// The same place, whose calls wait no longer than this for their replies; see RPyC's `timed`.
    public func timed(_ expiry: Duration) -> RemoteMethod { RemoteMethod(path, of: peer, expiry: expiry) }

    /// Calls the method and waits for its result.
    ///
    /// - Throws: `CallError`, as `Peer.call(_:_:named:timeout:)`.
    public func dynamicallyCall<Value: Decodable & Sendable>(
        withKeywordArguments arguments: KeyValuePairs<String, any Encodable>
    ) async throws(CallError) -> Value {
        try await begin(arguments, Peer.decoded).value
    }

    /// Calls the method and waits until it has ended.
    public func dynamicallyCall(
        withKeywordArguments arguments: KeyValuePairs<String, any Encodable>
    ) async throws(CallError) {
        try await begin(arguments) { _ in }.value
    }

    /// Calls the method and gives the handle of the call at once; see RPyC's `async_`.
    public func begin<each Argument: Encodable, Value: Decodable & Sendable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) -> PendingCall<Value> {
        peer.begin(path, repeat each arguments, named: named, expiry: expiry)
    }

    /// Calls a method whose result says nothing, and gives the handle of the call at once.
    public func begin<each Argument: Encodable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) -> PendingCall<Void> {
        peer.begin(path, repeat each arguments, named: named, expiry: expiry)
    }

    private func begin<Value: Sendable>(
        _ arguments: KeyValuePairs<String, any Encodable>,
        _ decode: @escaping PendingCall<Value>.Decode
    ) -> PendingCall<Value> {
        peer.begin(path, expiry, decode) { () throws(CallError) in try peer.encoded(dynamic: arguments) }
    }
}

extension Peer {
    /// The services of the other end, by their names.
    public var remote: RemoteMethod { RemoteMethod("", of: self, expiry: nil) }
}
