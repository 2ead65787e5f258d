import NIOCore
import NIOPosix
public import Postern
import Synchronization

/// Serves a dispatcher to native clients over TCP, TLS or a Unix socket.
///
/// Each client is a `Peer`, so the server can call it as well. The server reports its clients to the closures of its
/// initializer and through ``signals``. To create a server that listens already, use
/// `listen(on:serving:secret:options:threads:onConnect:onDisconnect:onRefusal:)`.
public final class NativeServer: Sendable {
    struct State {
        var table: ClientTable
        var readers = SignalReaders()
        var phase = Phase.idle
        var address: Address?
        var stop: Task<Void, Never>?
        var isStopped = false
    }

    let dispatcher: any Dispatcher
    let options: ConnectionOptions
    let onConnect: @Sendable (Peer) -> Void
    let onDisconnect: @Sendable (Peer, DisconnectReason) -> Void
    let onRefusal: @Sendable (DisconnectReason) -> Void
    let state: Mutex<State>
    let group: MultiThreadedEventLoopGroup
    /// The numbers of connections that there may be.
    let places: ServerPlaces

    /// Creates a server that does not listen yet; ``run(at:grace:)`` starts it.
    ///
    /// - Parameters:
    ///   - dispatcher: Serves the calls of all clients.
    ///   - options: The options of the connections.
    ///   - threads: The number of event loops, each with its own thread.
    ///   - onConnect: Called once for each client, on its event loop, before its first call is read.
    ///   - onDisconnect: Called once for each client that was connected, with the reason, when its connection has
    ///     ended.
    ///   - onRefusal: Called with the reason for each connection that ended before it authenticated.
    public init(
        _ dispatcher: any Dispatcher,
        options: ConnectionOptions = ConnectionOptions(),
        threads: Int = 1,
        onConnect: @escaping @Sendable (Peer) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (Peer, DisconnectReason) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable (DisconnectReason) -> Void = { _ in }
    ) {
        self.dispatcher = dispatcher
        self.options = options
        self.onConnect = onConnect
        self.onDisconnect = onDisconnect
        self.onRefusal = onRefusal
        let places = ServerPlaces(options)
        self.places = places
        let table = ClientTable(
            maximumClients: places.most.clients,
            maximumUnauthenticated: places.most.unauthenticated
        )
        state = Mutex(State(table: table))
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(threads, 1))
    }

    /// The most clients, by the options and the limit of open files.
    package var maximumConnections: Int { places.most.clients }

    /// The most connections of one address, unless it is not limited.
    package var maximumConnectionsPerAddress: Int { places.perAddress }

    /// The number of descriptors that the process may have open (`RLIMIT_NOFILE`).
    package var maximumDescriptors: Int { places.descriptors }

    /// The clients that are connected now, without unauthenticated connections.
    public var peers: [Peer] { state.withLock { $0.table.clients } }

    /// The address with the port that the system chose; `nil` before the server listens.
    public var address: Address? { state.withLock { $0.address } }

    /// The connects and disconnects of clients, as an asynchronous sequence.
    ///
    /// Each client is reported once as `ConnectionSignal.connected(_:)`, and once as
    /// `ConnectionSignal.disconnected(_:_:)`; a connection that ends before it authenticates as
    /// `ConnectionSignal.refused(_:)`. Every reader starts with the clients that are connected now. The sequence ends
    /// when the server has stopped and the last connection has ended.
    public var signals: ConnectionSignals { state.withLock { $0.readers.add(open: $0.table.clients) } }

    /// Starts to listen at an address.
    ///
    /// A socket file without a server is replaced; one with a running server, and a file that is not a socket, are
    /// kept. The server removes its socket file when it stops, unless another file has replaced it.
    ///
    /// - Returns: The address with the port that the system chose.
    /// - Throws: `CallError`: `.unavailable` when the server cannot listen at the address, or a file of the TLS options
    ///   cannot be used; `.invalidRequest` for an address that the system does not support, when the address and the
    ///   options contradict each other or need TLS and this build has none, and for a server that was started or
    ///   stopped before.
    @discardableResult
    package func start(at address: Address) async throws(CallError) -> Address {
        // The task starts under the lock, so that a concurrent start or stop sees it.
        let start = try state.withLock { state throws(CallError) in
            try state.begin(Task { await self.listen(at: address) })
        }
        return try await start.value.get()
    }

    /// Listens at an address until the task is cancelled, then drains and stops.
    ///
    /// The cancellation does not cut off the calls in flight: the function returns when they have ended, or after the
    /// grace. A program that stops at a signal rather opens the server with `listen`, waits for the signal, and calls
    /// ``drain(grace:)``.
    ///
    /// A socket file without a server is replaced; one with a running server, and a file that is not a socket, are
    /// kept. The server removes its socket file when it stops, unless another file has replaced it.
    ///
    /// - Parameters:
    ///   - address: The address; with port 0 the system chooses a port, see ``address``.
    ///   - grace: The time that calls in flight have to finish after the cancellation.
    /// - Throws: `CallError`: `.unavailable` when the server cannot listen at the address; `.invalidRequest` when it
    ///   does not fit the options, and for a server that was started or stopped before.
    public func run(at address: Address, grace: Duration = .seconds(7)) async throws(CallError) {
        try await start(at: address)
        // A stream that ends on cancellation: the task sleeps until then, and continues to drain although cancelled.
        let (cancellation, signal) = AsyncStream.makeStream(of: Void.self)
        await withTaskCancellationHandler {
            for await _ in cancellation {}
        } onCancel: {
            signal.finish()
        }
        // In a task of its own: a cancelled task does not wait for calls.
        await Task { await drain(grace: grace) }.value
    }

    /// Accepts no more clients, waits for calls in flight, then stops.
    ///
    /// Calls that arrive meanwhile are refused with the code `.draining`. When the task is cancelled, calls in flight
    /// end at once, with the code `.unavailable`.
    ///
    /// - Parameter grace: The time that calls have to finish; after it they fail as if the connection was lost.
    public func drain(grace: Duration = .seconds(7)) async {
        // First, or a client that connects now would not be drained.
        await stopListening()
        await withTaskGroup { drains in
            for peer in allPeers { drains.addTask { await peer.drain(grace: grace) } }
        }
        await stop()
    }

    /// Closes all connections and stops for good.
    ///
    /// Handlers are cancelled and have one second to end; those that have not ended continue on the global executor.
    /// The function may be called several times, also concurrently: each call returns when the server has stopped.
    public func stop() async { await state.withLock { $0.end(Task { await self.close() }) }.value }

    var allPeers: [Peer] { state.withLock { $0.table.all } }
}
