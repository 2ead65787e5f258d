/// A reference to a target in this process or on the other side of a connection.
package enum ReferenceHandle: Hashable, Sendable {
    case local(LocalReference)
    case remote(RemoteReference)

    /// The identity of a target.
    enum Key: Hashable, Sendable {
        /// A target that is equal to itself only.
        case itself(ObjectIdentifier)
        /// The service at a path of a router.
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

// MARK: Serving

extension ReferenceHandle {
    /// Returns the path under which the target serves a method; the method name of a function is empty.
    package func path(of method: String) -> String {
        switch self {
        case .local(let local): local.path.isEmpty || method.isEmpty ? local.path + method : "\(local.path)/\(method)"
        case .remote(let remote): method.isEmpty ? remote.path : ReferencePath.text(remote.number, method)
        }
    }

    /// Serves a call whose path is that of ``path(of:)``.
    @inline(never)
    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        // Not inlined: its locals would enlarge the task of every call, also of those without references.
        switch self {
        case .local(let local): try await local.router.dispatch(call)
        case .remote(let remote): try await remote.send(call)
        }
    }

    /// Returns how a call to a path is to be run.
    package func execution(of path: String) -> MethodExecution {
        switch self {
        case .local(let local): local.router.execution(of: path.utf8.span)
        case .remote: .onEventLoop
        }
    }
}

// MARK: Calling

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

    // One lane for all local targets, so that notifications of this process start in the order in which they were sent.
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

/// A notification to a target in this process.
private final class LocalNotification: LaneEntry {
    private let call: Call
    private let handle: ReferenceHandle
    let traits = LaneTraits(isNotification: true)

    init(_ call: Call, to handle: ReferenceHandle) {
        self.call = call
        self.handle = handle
    }

    func begin() { Task.immediate { [handle, call] in _ = try? await handle.dispatch(call) } }
}

extension LocalReference {
    /// Calls the target within this process, so that references in the result need no connection.
    @inline(never)
    fileprivate func reply(to call: Call) async throws(CallError) -> Reply {
        // Not inlined: its locals would enlarge the task of every call through a reference.
        do throws(CallError) { return try await router.dispatch(call) } catch {
            guard let result = error.unfinished else { throw error }
            return .value(try result.localPayload())
        }
    }
}
