public import Postern
import Synchronization

/// A client that keeps one connection to a server open, and connects again whenever it is lost.
///
/// A server that is about to stop sends goodbye. The client then opens a new connection at once and uses it for new
/// calls; the old one stays open for its calls, streams and references until the server closes it. A call in flight
/// that the stopping server refused without executing it is repeated on the new connection, unless one of its arguments
/// is a reference that belongs to the old one. Calls in flight when a connection is lost are never repeated: they fail
/// with `.unavailable`, whose `executed` says whether they may have been executed.
///
/// Without a connection, calls wait for one: for the `patience` of the client, and after a goodbye for at least
/// ``ConnectionOptions/successorTimeout``. Then they fail with `.unavailable`, not executed. The first attempt to
/// connect again follows at once, the next ones every 40 ms for 10 s, later ones after delays that grow to 5 s; each
/// delay is randomised by up to a fifth. Failed attempts are reported to ``ConnectionOptions/observer``. When
/// authentication fails, the client makes no more connections, which ``signals`` report.
///
/// `connect(to:serving:secret:options:patience:onConnect:onDisconnect:onRefusal:)` creates and starts a client.
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

    /// Creates a client that connects from ``start()`` on.
    ///
    /// - Parameters:
    ///   - address: The address of the server.
    ///   - dispatcher: Serves the calls of the server.
    ///   - options: The options of the connections.
    ///   - patience: The time that a call waits for a connection, at most until its deadline.
    ///   - onConnect: Called once for each connection when it is open, before calls use it.
    ///   - onDisconnect: Called once for each connection that was open, with the reason, when it has ended.
    ///   - onRefusal: Called at most once, with the reason, when no more connections are made.
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

    /// Starts to connect; does nothing when the client was started or stopped before.
    package func start() {
        keeper.withLock { task in if task == nil { task = Task { await self.keepConnected() } } }
    }

    /// Closes the connections and makes no more; later calls fail at once.
    public func stop() async {
        let task = keeper.withLock { task in
            // A task that does nothing keeps a client that was never started from being started later.
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

    /// The connection for new calls; `nil` without one, and after the goodbye of its server.
    public var peer: Peer? { current.peer }

    /// The reason why no more connections are made; `nil` unless authentication failed.
    package var refusal: DisconnectReason? { current.refusal }

    /// The error of the last attempt to connect, with the address and the system's error; `nil` once one succeeded.
    ///
    /// After ``stop()`` it is an error that says so. It is meant for the operator: errors of calls do not contain it,
    /// as a gateway passes those on to its clients.
    package var lastFailure: CallError? { current.failure }

    /// The connects and disconnects of this client, as an asynchronous sequence.
    ///
    /// Each connection is reported once as `ConnectionSignal.connected(_:)` and once as
    /// `ConnectionSignal.disconnected(_:_:)`; after a goodbye the next one may be open before the old one has ended.
    /// A failed authentication is reported as `ConnectionSignal.refused(_:)`, and no more connections are made. Every
    /// reader starts with the connections that are open now. The sequence ends with ``stop()``, or after a refusal.
    public var signals: ConnectionSignals { current.signals }
}
