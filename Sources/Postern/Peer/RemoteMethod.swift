/// A method or service of the remote peer, written like a property: `peer.remote.eggs.spam(3)`.
///
/// Nothing is sent until the method is called. Arguments are positional or named: `peer.remote.tea.brew("green",
/// minutes: 3)`.
@dynamicMemberLookup
@dynamicCallable
public struct RemoteMethod: Sendable {
    private let peer: Peer
    /// The names joined by `/`; empty for the root.
    private let path: String
    private let expiry: Duration?

    init(_ path: String, of peer: Peer, expiry: Duration?) {
        self.path = path
        self.peer = peer
        self.expiry = expiry
    }

    /// The member of this name.
    public subscript(dynamicMember name: String) -> RemoteMethod { self[name] }

    /// The member of this name, which need not be a Swift identifier and may be the name of a member of this type.
    public subscript(name: String) -> RemoteMethod {
        RemoteMethod(path.isEmpty ? name : "\(path)/\(name)", of: peer, expiry: expiry)
    }

    /// Returns the same method with a timeout for its replies, like RPyC's `timed`.
    public func timed(_ expiry: Duration) -> RemoteMethod { RemoteMethod(path, of: peer, expiry: expiry) }

    /// Calls the method and returns its result.
    ///
    /// - Throws: `CallError`, as `Peer.call(_:_:named:timeout:)`.
    public func dynamicallyCall<Value: Decodable & Sendable>(
        withKeywordArguments arguments: KeyValuePairs<String, any Encodable>
    ) async throws(CallError) -> Value {
        try await begin(arguments, Peer.decoded).value
    }

    /// Calls the method and waits for its end.
    public func dynamicallyCall(
        withKeywordArguments arguments: KeyValuePairs<String, any Encodable>
    ) async throws(CallError) {
        try await begin(arguments) { _ in }.value
    }

    /// Calls the method and returns the handle of the call without waiting, like RPyC's `async_`.
    public func begin<each Argument: Encodable, Value: Decodable & Sendable>(
        _ arguments: repeat each Argument,
        named: KeyValuePairs<String, any Encodable> = [:]
    ) -> PendingCall<Value> {
        peer.begin(path, repeat each arguments, named: named, expiry: expiry)
    }

    /// Calls a method whose result is ignored, and returns the handle of the call without waiting.
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
    /// The services of the remote peer, by name.
    public var remote: RemoteMethod { RemoteMethod("", of: self, expiry: nil) }
}
