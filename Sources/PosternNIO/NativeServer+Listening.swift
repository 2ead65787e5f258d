public import Postern

extension NativeServer {
    /// Creates a server that listens at an address and serves its clients until ``stop()`` or ``drain(grace:)``.
    ///
    /// A server with ``ConnectionOptions/authentication`` or an address with TLS reports a client once it has
    /// authenticated; any other server reports it before its first frame is read.
    ///
    /// - Parameters:
    ///   - address: The address; with port 0 the system chooses a port, see ``address``.
    ///   - dispatcher: Serves the calls of all clients.
    ///   - secret: The secret that both ends prove to know; overrides ``ConnectionOptions/authentication``.
    ///   - options: The options of the connections.
    ///   - threads: The number of event loops, each with its own thread.
    ///   - onConnect: Called once for each client, on its event loop, before its first call is read. The client may be
    ///     called from then on.
    ///   - onDisconnect: Called once for each client that was connected, with the reason, when its connection has
    ///     ended: on its event loop, or on the thread that closed it.
    ///   - onRefusal: Called with the reason for each connection that ended before it authenticated.
    /// - Returns: The listening server.
    /// - Throws: `CallError`: `.unavailable` when the server cannot listen at the address, or a file of the TLS options
    ///   cannot be used; `.invalidRequest` when this build has no TLS, or the address and the options contradict each
    ///   other.
    public static func listen(
        on address: Address,
        serving dispatcher: any Dispatcher,
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions(),
        threads: Int = 1,
        onConnect: @escaping @Sendable (Peer) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (Peer, DisconnectReason) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable (DisconnectReason) -> Void = { _ in }
    ) async throws(CallError) -> NativeServer {
        let server = NativeServer(
            dispatcher,
            options: options.with(secret),
            threads: threads,
            onConnect: onConnect,
            onDisconnect: onDisconnect,
            onRefusal: onRefusal
        )
        // Without a stop the threads of its event loops would never end.
        do throws(CallError) { try await server.start(at: address) } catch {
            await server.stop()
            throw error
        }
        return server
    }

    /// Creates a server that listens at an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for text that is not an address; otherwise as for an ``Address``.
    public static func listen(
        on address: String,
        serving dispatcher: any Dispatcher,
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions(),
        threads: Int = 1,
        onConnect: @escaping @Sendable (Peer) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (Peer, DisconnectReason) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable (DisconnectReason) -> Void = { _ in }
    ) async throws(CallError) -> NativeServer {
        try await listen(
            on: try Address(reading: address),
            serving: dispatcher,
            secret: secret,
            options: options,
            threads: threads,
            onConnect: onConnect,
            onDisconnect: onDisconnect,
            onRefusal: onRefusal
        )
    }
}
