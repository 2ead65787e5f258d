public import Postern

extension NativeServer {
    /// Listens, and serves a dispatcher to every client until it is stopped.
    ///
    /// - Parameters:
    ///   - address: Where to listen; with port 0 the system chooses one, see ``address``.
    ///   - dispatcher: Answers the calls of all clients.
    ///   - secret: What both ends prove to each other; goes before ``ConnectionOptions/authentication``.
    ///   - options: How connections behave.
    ///   - threads: Event loops, one thread each.
    ///   - onConnect: Given every client, which may be called from then on.
    ///   - onDisconnect: Told of the end of every client's connection.
    ///   - onRefusal: Told why a client was not let in.
    /// - Returns: The server, which listens already.
    /// - Throws: `CallError`: `.unavailable` when the address cannot be had, or a file of the TLS options cannot be used;
    ///   `.invalidRequest` when the address or the TLS options are not for this build or each other.
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
        do throws(CallError) { try await server.start(at: address) } catch {
            await server.stop()
            throw error
        }
        return server
    }

    /// Listens at an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`.
    ///
    /// - Throws: `CallError`: `.invalidRequest` for text that is no address, or as with an ``Address``.
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
