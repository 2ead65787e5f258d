/// A reference as its holder sees it: to something at home, or at the other end of a connection.
package enum ReferenceHandle: Hashable, Sendable {
    case local(LocalReference)
    case remote(RemoteReference)

    /// What makes two handles the same.
    enum Key: Hashable, Sendable {
        case itself(ObjectIdentifier)
        case place(ObjectIdentifier, String)
    }

    var key: Key {
        switch self {
        case .local(let local): local.key
        case .remote(let remote): .itself(ObjectIdentifier(remote))
        }
    }

    package var kind: ReferenceKind {
        switch self {
        case .local(let local): local.kind
        case .remote(let remote): remote.kind
        }
    }

    var name: String {
        switch self {
        case .local(let local): local.name
        case .remote(let remote): "forwarded to reference \(remote.number)"
        }
    }

    package static func == (one: ReferenceHandle, other: ReferenceHandle) -> Bool { one.key == other.key }

    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// Calls of what a reference leads to.
extension ReferenceHandle {
    /// The path of a method from where it is served; that of a function is empty.
    package func path(of method: String) -> String {
        switch self {
        case .local(let local): local.path.isEmpty || method.isEmpty ? local.path + method : "\(local.path)/\(method)"
        case .remote(let remote): method.isEmpty ? remote.path : ReferencePath.text(remote.number, method)
        }
    }

    /// Serves a call whose path is that of ``path(of:)``.
    ///
    /// Not a part of its caller: what it needs would be room in the task of every call.
    @inline(never)
    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        switch self {
        case .local(let local): try await local.router.dispatch(call)
        case .remote(let remote): try await remote.send(call)
        }
    }

    /// Tells how a call to this path is best run.
    package func execution(of path: String) -> MethodExecution {
        switch self {
        case .local(let local): local.router.execution(of: path.utf8.span)
        case .remote: .onEventLoop
        }
    }
}

/// Calls through a reference; one to something at home is answered by its router.
extension ReferenceHandle {
    func call<each Argument: Encodable, Value: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Value {
        let call = try outgoing(method, repeat each arguments, timeout: timeout)
        return try Peer.value(of: try await reply(to: call), call.method)
    }

    func call<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) {
        _ = try await reply(to: method, repeat each arguments, timeout: timeout)
    }

    func notify<each Argument: Encodable>(_ method: String, _ arguments: repeat each Argument) throws(CallError) {
        var call = try outgoing(method, repeat each arguments, timeout: nil)
        call.isNotification = true
        switch self {
        case .remote(let remote): try remote.openConnection.sendNotification(call)
        case .local: Self.notificationLane.append(LocalNotification(call, to: self))
        }
    }

    func stream<each Argument: Encodable, Item: Decodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> ValueStream<Item> {
        let call = try outgoing(method, repeat each arguments, timeout: timeout)
        return ValueStream(try Peer.stream(of: try await reply(to: call), call.method))
    }

    func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        try await reply(to: try outgoing(method, repeat each arguments, timeout: timeout))
    }

    private func reply(to call: Call) async throws(CallError) -> Reply {
        switch self {
        case .remote(let remote): try await remote.send(call)
        case .local(let local): try await local.reply(to: call)
        }
    }

    /// Starts what is told to something at home, in order.
    private static let notificationLane = HandlerLane()

    private func outgoing<each Argument: Encodable>(
        _ method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) throws(CallError) -> Call {
        let payload: Payload
        switch self {
        case .remote(let remote): payload = try remote.openConnection.arguments(repeat each arguments)
        case .local:
            do throws(PayloadError) {
                payload = try SentReferences.encodingLocally { () throws(PayloadError) in
                    try ArgumentEncoding.payload(repeat each arguments)
                }
            } catch {
                throw CallError(error)
            }
        }
        return Call(path(of: method), arguments: payload, until: timeout.map { .now.later(by: $0) })
    }
}

/// A notification to something of this process.
private final class LocalNotification: LaneEntry {
    private let call: Call
    private let handle: ReferenceHandle
    let traits = LaneTraits()

    init(_ call: Call, to handle: ReferenceHandle) {
        self.call = call
        self.handle = handle
    }

    func begin() { Task.immediate { [handle, call] in _ = try? await handle.dispatch(call) } }
}

extension LocalReference {
    /// Calls what is at home; references in the result need no connection.
    ///
    /// Not a part of its caller: what it needs would be room in the task of every call through a reference.
    @inline(never)
    fileprivate func reply(to call: Call) async throws(CallError) -> Reply {
        do throws(CallError) { return try await router.dispatch(call) } catch {
            guard let result = error.unfinished else { throw error }
            return .value(try result.localPayload())
        }
    }
}
