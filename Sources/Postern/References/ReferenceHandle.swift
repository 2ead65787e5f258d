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
