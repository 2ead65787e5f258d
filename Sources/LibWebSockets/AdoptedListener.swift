/// A listening socket that was opened elsewhere and from which a server accepts connections.
///
/// A server listens on a Unix socket this way. The server that is created with the listener owns the descriptor and
/// closes it, even if the server does not start.
public struct AdoptedListener: Sendable {
    /// The descriptor of the listening, non-blocking socket.
    package let descriptor: Int32
    /// The name of the socket in logs, such as `unix:/run/http.sock`.
    package let name: String
    /// A function that runs once before the socket is closed, for example to remove its file.
    let willClose: @Sendable () async -> Void

    /// Creates a listener from an open socket.
    ///
    /// - Parameters:
    ///   - descriptor: A listening, non-blocking socket.
    ///   - name: The name of the socket in logs, such as `unix:/run/http.sock`.
    ///   - willClose: A function that runs once before the socket is closed. Connections that are made after it returns
    ///     are not accepted, so this is the place to remove the file of a Unix socket.
    public init(descriptor: Int32, name: String, willClose: @escaping @Sendable () async -> Void = {}) {
        self.descriptor = descriptor
        self.name = name
        self.willClose = willClose
    }
    /// Closes the socket, if no server was created with this listener.
    package func close() async {
        await willClose()
        Socket.close(descriptor)
    }
}
