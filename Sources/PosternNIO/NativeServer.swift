import NIOCore
import NIOPosix
public import Postern
import Synchronization

/// Serves a dispatcher to native clients over TCP or a Unix socket.
///
/// Each client is a ``Peer``, so it can be called as well; `onConnect` hands it over.
public final class NativeServer: Sendable {
    /// Told once of every client, on its event loop, before its first frame is read.
    ///
    /// Where ``ConnectionOptions/authentication`` is demanded: once it has proven itself, before its first call is read.
    public typealias ConnectHandler = @Sendable (Peer) -> Void
    /// Told of every client that was not let in, and why; only where ``ConnectionOptions/authentication`` is demanded.
    public typealias RefusalHandler = @Sendable (DisconnectReason) -> Void

    private struct State {
        var listener: (any Channel)?
        var address: Address?
        /// Those who are let in.
        var peers: [ObjectIdentifier: Peer] = [:]
        /// Those who have yet to prove themselves.
        var unproven: [ObjectIdentifier: Peer] = [:]

        var count: Int { peers.count + unproven.count }
    }

    private let dispatcher: any Dispatcher
    private let options: ConnectionOptions
    private let onConnect: ConnectHandler
    private let onRefusal: RefusalHandler
    private let group: MultiThreadedEventLoopGroup
    private let state = Mutex(State())

    /// Describes a server; it listens from ``start(at:)`` on.
    ///
    /// - Parameters:
    ///   - dispatcher: Answers the calls of all clients.
    ///   - options: How connections behave.
    ///   - threads: Event loops, one thread each.
    ///   - onConnect: Given every client.
    ///   - onRefusal: Told why a client was not let in.
    public init(
        _ dispatcher: any Dispatcher,
        options: ConnectionOptions = ConnectionOptions(),
        threads: Int = 1,
        onConnect: @escaping ConnectHandler = { _ in },
        onRefusal: @escaping RefusalHandler = { _ in }
    ) {
        self.dispatcher = dispatcher
        self.options = options
        self.onConnect = onConnect
        self.onRefusal = onRefusal
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(threads, 1))
    }

    /// The clients that are connected now; one that has yet to prove itself is not among them.
    public var peers: [Peer] { state.withLock { Array($0.peers.values) } }

    /// Begins to listen.
    ///
    /// A Unix socket that a dead server left behind is taken away first.
    ///
    /// - Returns: The address with the port that the system chose.
    /// - Throws: `CallError` with `.unavailable` when the address cannot be had.
    @discardableResult
    public func start(at address: Address) async throws(CallError) -> Address {
        if case .unix(let path) = address { try await UnixSocketFile.removeStale(path, group: group) }
        let listener: any Channel
        do {
            listener = try await bind(address)
        } catch {
            throw CallError(.unavailable, "Cannot listen at \(address): \(error)", executed: .no)
        }
        let bound = address.withPort(listener.localAddress?.port)
        state.withLock { state in
            state.listener = listener
            state.address = bound
        }
        return bound
    }

    /// Listens until the task is cancelled, then drains and stops.
    ///
    /// - Throws: `CallError` with `.unavailable` when the address cannot be had.
    public func run(at address: Address, grace: Duration = .seconds(10)) async throws(CallError) {
        try await start(at: address)
        let (cancellation, signal) = AsyncStream.makeStream(of: Void.self)
        await withTaskCancellationHandler {
            for await _ in cancellation {}
        } onCancel: {
            signal.finish()
        }
        await drain(grace: grace)
    }

    /// Accepts no more clients, lets calls in flight finish, then stops.
    public func drain(grace: Duration = .seconds(10)) async {
        await stopListening()
        await withTaskGroup { drains in
            for peer in everybody { drains.addTask { await peer.drain(grace: grace) } }
        }
        await stop()
    }

    /// Closes everything at once; a server that has stopped is not started again.
    public func stop() async {
        await stopListening()
        for peer in everybody { peer.close() }
        try? await group.shutdownGracefully()
    }

    private var everybody: [Peer] { state.withLock { Array($0.peers.values) + Array($0.unproven.values) } }

    private func bind(_ address: Address) async throws -> any Channel {
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, over: address.medium) }
            }
        switch address {
        case .tcp(let host, let port):
            bootstrap = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            return try await bootstrap.bind(host: host, port: port).get()
        case .unix(let path): return try await bootstrap.bind(unixDomainSocketPath: path).get()
        }
    }

    private func accept(_ channel: any Channel, over medium: ConnectionEnd.Medium) throws {
        guard state.withLock({ $0.count < options.maximumConnections }) else {
            return channel.close(promise: nil)
        }
        let isProven = options.authentication == nil
        let peer = try NativeConnection.install(
            on: channel,
            as: ConnectionEnd(.acceptor, over: medium),
            exposing: dispatcher,
            options: options,
            onOpen: { [weak self] peer in if !isProven { self?.letIn(peer) } }
        )
        let id = ObjectIdentifier(peer)
        state.withLock { state in
            if isProven { state.peers[id] = peer } else { state.unproven[id] = peer }
        }
        peer.onDisconnect { [weak self] reason in self?.forget(id, reason) }
        if isProven { onConnect(peer) }
    }

    private func letIn(_ peer: Peer) {
        let id = ObjectIdentifier(peer)
        let isFirst = state.withLock { state in
            guard let peer = state.unproven.removeValue(forKey: id) else { return false }
            state.peers[id] = peer
            return true
        }
        if isFirst { onConnect(peer) }
    }

    private func forget(_ id: ObjectIdentifier, _ reason: DisconnectReason) {
        // The peer is let go of outside the lock.
        let (peer, unproven) = state.withLock { state in
            (state.peers.removeValue(forKey: id), state.unproven.removeValue(forKey: id))
        }
        if unproven != nil { onRefusal(reason) }
        withExtendedLifetime(peer) {}
    }

    private func stopListening() async {
        let (listener, address) = state.withLock { state in
            defer { state.listener = nil }
            return (state.listener, state.address)
        }
        guard let listener else { return }
        try? await listener.close()
        if case .unix(let path)? = address { try? await UnixSocketFile.removeStale(path, group: group) }
    }
}

extension Address {
    fileprivate func withPort(_ chosen: Int?) -> Address {
        guard case .tcp(let host, _) = self, let chosen else { return self }
        return .tcp(host: host, port: chosen)
    }
}
