import NIOCore
import NIOPosix
public import Postern
import Synchronization

/// Serves a dispatcher to native clients over TCP, TLS or a Unix socket.
///
/// Each client is a `Peer`, so it can be called as well. A server tells of its clients through the callbacks it is
/// made with, and through ``signals``; `listen(on:serving:secret:options:threads:onConnect:onDisconnect:onRefusal:)`
/// makes one and starts it.
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

    /// Describes a server; it listens from ``start(at:)`` on.
    ///
    /// - Parameters:
    ///   - dispatcher: Answers the calls of all clients.
    ///   - options: How connections behave.
    ///   - threads: Event loops, one thread each.
    ///   - onConnect: Given every client.
    ///   - onDisconnect: Told of the end of every client's connection.
    ///   - onRefusal: Told why a client was not let in.
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
        let table = ClientTable(
            maximumClients: options.maximumConnections,
            maximumStrangers: options.maximumUnproven
        )
        state = Mutex(State(table: table))
        group = MultiThreadedEventLoopGroup(numberOfThreads: max(threads, 1))
    }

    /// The clients that are connected now; one that has yet to prove itself is not among them.
    public var peers: [Peer] { state.withLock { $0.table.clients } }

    /// Where it listens, with the port that the system chose; `nil` before it does.
    public var address: Address? { state.withLock { $0.address } }

    /// What happens to the clients: each `ConnectionSignal.connected(_:)` once, later `ConnectionSignal.disconnected(_:_:)`
    /// once; one that is not let in is `ConnectionSignal.refused(_:)`.
    ///
    /// Every reader begins with the clients that are connected now. Ends when the server has stopped and the last
    /// client has left.
    public var signals: ConnectionSignals { state.withLock { $0.readers.add(open: $0.table.clients) } }

    /// Begins to listen.
    ///
    /// The file of a Unix socket that a dead server has left behind is replaced; one of a living server, and a file that
    /// is not a socket, are not. The server removes its file when it stops, unless another one has taken its place.
    ///
    /// - Returns: The address with the port that the system chose.
    /// - Throws: `CallError`: `.unavailable` when the address cannot be had, or a file of the TLS options cannot be used;
    ///   `.invalidRequest` for an address that the system cannot take, when the address and the options do not fit this
    ///   build or each other, and for a server that was started or stopped before.
    @discardableResult
    package func start(at address: Address) async throws(CallError) -> Address {
        let start = try state.withLock { state throws(CallError) in
            try state.begin(Task { await self.listen(at: address) })
        }
        return try await start.value.get()
    }

    /// Listens until the task is cancelled, then drains and stops.
    ///
    /// - Throws: `CallError` with `.unavailable` when the address cannot be had.
    public func run(at address: Address, grace: Duration = .seconds(7)) async throws(CallError) {
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
    ///
    /// - Parameter grace: How long calls may take; those that have not ended fail as when the connection is lost.
    public func drain(grace: Duration = .seconds(7)) async {
        await stopListening()
        await withTaskGroup { drains in
            for peer in everybody { drains.addTask { await peer.drain(grace: grace) } }
        }
        await stop()
    }

    /// Closes everything at once; a server that has stopped is not started again.
    ///
    /// Handlers are cancelled, and have a second to end. Those that wait for longer go on on the global executor when
    /// what they wait for happens. May be called several times, also at once: each waits for the end.
    public func stop() async { await state.withLock { $0.end(Task { await self.close() }) }.value }

    var everybody: [Peer] { state.withLock { $0.table.everybody } }
}
