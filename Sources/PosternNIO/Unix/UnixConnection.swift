package import Postern
package import SystemPackage

/// Connects Unix sockets to servers.
package enum UnixConnection {
    /// Connects to a server at a path, or at `@` followed by an abstract name.
    ///
    /// - Throws: The errors of a name, and `CallError` with `.invalidRequest` for a path that is not valid.
    package static func connect(
        to path: String,
        until limit: ContinuousClock.Instant
    ) async throws(CallError) -> FileDescriptor {
        try await connect(to: try UnixSocketName(path), until: limit)
    }

    /// Connects to a server.
    ///
    /// - Parameters:
    ///   - name: The name of the server's socket.
    ///   - limit: The time until which to try again while the server's accept queue is full.
    /// - Returns: The connected socket.
    /// - Throws: `CallError` with `.unavailable`, whose message has the cause.
    static func connect(
        to name: UnixSocketName,
        until limit: ContinuousClock.Instant
    ) async throws(CallError) -> FileDescriptor {
        while true {
            do throws(Errno) { return try connect(name) } catch {
                guard error == .resourceTemporarilyUnavailable, limit > .now, !Task.isCancelled else {
                    let message = "Cannot connect to unix:\(name.text): \(reason(error))"
                    throw CallError(.unavailable, message, ran: .no)
                }
            }
            // A full queue has no notification; unlike TCP, the system does not wait by itself.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func connect(_ name: UnixSocketName) throws(Errno) -> FileDescriptor {
        let socket = try UnixSocketCalls.open()
        do throws(Errno) { try UnixSocketCalls.connect(socket, to: name) } catch {
            try? socket.close()
            throw error
        }
        return socket
    }

    private static func reason(_ error: Errno) -> String {
        switch error {
        case .connectionRefused: "no server listens there"
        case .noSuchFileOrDirectory: "there is no such socket file"
        case .permissionDenied: "permission denied for the socket file, or for a directory on its path"
        case .protocolWrongTypeForSocket: "it is a socket of another kind"
        case .resourceTemporarilyUnavailable: "the server did not accept the connection in time"
        default: "\(error)"
        }
    }
}
