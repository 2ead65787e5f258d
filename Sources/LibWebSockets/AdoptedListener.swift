/// A socket that another part of the program has made listen, for a server to accept connections from.
///
/// It is how a server listens on a Unix socket. The server that is made with it owns the descriptor and closes it, also
/// when that server does not start.
public struct AdoptedListener: Sendable {
    /// The socket, which listens and does not wait.
    package let descriptor: Int32
    /// What it is called in logs, as `unix:/run/http.sock`.
    package let name: String
    /// Runs once before the socket is closed, as to remove its file: no connection that is made later is accepted.
    let willClose: @Sendable () async -> Void

    /// Takes the socket.
    ///
    /// - Parameters:
    ///   - descriptor: The socket, which listens and does not wait.
    ///   - name: What it is called in logs.
    ///   - willClose: Runs once before the socket is closed.
    public init(descriptor: Int32, name: String, willClose: @escaping @Sendable () async -> Void = {}) {
        self.descriptor = descriptor
        self.name = name
        self.willClose = willClose
    }
    /// Closes a socket that no server is made with.
    package func close() async {
        await willClose()
        Socket.close(descriptor)
    }
}
