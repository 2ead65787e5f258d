public import Postern
import Synchronization

/// Keeps one connection to a server, and makes a new one whenever it is lost.
///
/// A server that says goodbye, because it is about to stop, gets no more calls: its connection stays for the calls, streams
/// and references that belong to it until the server closes it, and a new connection is made at once. A call that was
/// under way when the goodbye arrived, and was refused as not executed, is made again on the new connection, unless a
/// reference that belongs to the old one is among its arguments. Calls in flight when a connection is lost fail with
/// `.unavailable`, which says whether they may have been executed, and are never made again.
///
/// Calls made while there is no connection wait for one: briefly, and after a goodbye for as long as a successor of the
/// server is expected (``ConnectionOptions/successorTimeout``). Then they fail with `.unavailable`, not executed. The
/// first new attempt to connect is made at once, others follow every 40 ms for 10 s, then at times that grow to 5 s;
/// each wait is up to a fifth longer or shorter by chance. When authentication fails, no more connections are made: see
/// ``refusal``.
///
/// `connect(to:serving:secret:options:patience:onConnect:onDisconnect:onRefusal:)` makes one and starts it.
public final class ReconnectingPeer: Dispatcher {
    let address: Address
    let dispatcher: any Dispatcher
    let options: ConnectionOptions
    let patience: Duration
    let onConnect: @Sendable (Peer) -> Void
    let onDisconnect: @Sendable (Peer, DisconnectReason) -> Void
    let onRefusal: @Sendable (DisconnectReason) -> Void
    let reports: UpstreamReports
    let current: CurrentPeer
    private let keeper = Mutex<Task<Void, Never>?>(nil)

    /// Describes the connection; it is made from ``start()`` on.
    ///
    /// - Parameters:
    ///   - address: Where the server listens.
    ///   - dispatcher: Answers the calls of the server.
    ///   - options: How connections behave.
    ///   - patience: How long a call waits for a connection, at most until its deadline.
    ///   - onConnect: Given every new connection.
    ///   - onDisconnect: Told of the end of every connection.
    ///   - onRefusal: Told why no more connections are made.
    package init(
        to address: Address,
        exposing dispatcher: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping @Sendable (Peer) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (Peer, DisconnectReason) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable (DisconnectReason) -> Void = { _ in }
    ) {
        self.address = address
        self.dispatcher = dispatcher
        self.options = options
        self.patience = patience
        self.onConnect = onConnect
        self.onDisconnect = onDisconnect
        self.onRefusal = onRefusal
        current = CurrentPeer(options)
        reports = UpstreamReports(of: address, to: options.observer)
    }

    /// Begins to connect, and goes on until ``stop()``; does nothing when it was called before, or when the connection was
    /// stopped, which ``lastFailure`` says.
    package func start() {
        keeper.withLock { task in if task == nil { task = Task { await self.keepConnected() } } }
    }

    /// Closes the connection and makes no more; calls fail at once from here on.
    public func stop() async {
        let task = keeper.withLock { task in
            // Also one that was never started is not started from here on.
            let last = task ?? Task {}
            task = last
            return last
        }
        task.cancel()
        current.close()
        await task.value
        current.note(CallError(.unavailable, "The connection was stopped, and is not made again", ran: .no))
        current.endSignals()
    }

    /// The connection for new calls, while there is one; `nil` also after the goodbye of its server.
    public var peer: Peer? { current.peer }

    /// Why no more connections are made: the authentication failed on one side; `nil` while they are.
    package var refusal: DisconnectReason? { current.refusal }

    /// Why the last attempt to connect failed, with the address and what the system said; `nil` once one succeeded.
    ///
    /// After ``stop()`` it says that the connection was stopped.
    ///
    /// For the operator: errors of calls do not say it, because a gateway passes those on to its clients.
    package var lastFailure: CallError? { current.failure }

    /// What happens to the connections: each `ConnectionSignal.connected(_:)` once, later `ConnectionSignal.disconnected(_:_:)`
    /// once; at most one `ConnectionSignal.refused(_:)`, after which no more are made.
    ///
    /// After the goodbye of a server the next connection may be open before the one to it has ended. Every reader begins
    /// with the connections that are open now. Ends with ``stop()``, or after the refusal.
    public var signals: ConnectionSignals { current.signals }
}
