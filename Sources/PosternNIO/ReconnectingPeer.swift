public import Postern
import Synchronization

/// Keeps one connection to a server, and makes a new one whenever it is lost.
///
/// Calls made while there is no connection wait for one briefly, then fail with `.unavailable`, not executed. Calls in
/// flight when a connection is cut fail with `.unavailable`, and nobody knows whether they were executed; they are
/// never sent again. Waits between attempts grow from 100 ms to 5 s, each a fifth longer or shorter by chance. When
/// authentication fails, no more connections are made: see ``refusal``.
///
/// ``connect(to:serving:secret:options:patience:onConnect:onDisconnect:onRefusal:)`` makes one and starts it.
public final class ReconnectingPeer: Dispatcher {
    /// Told once of every connection when it is open, before calls use it.
    public typealias ConnectHandler = @Sendable (Peer) -> Void
    /// Told once of the end of every connection that was open, and why; the next one is made after that.
    public typealias DisconnectHandler = @Sendable (Peer, DisconnectReason) -> Void
    /// Told once when no more connections are made, because the authentication failed on one side.
    public typealias RefusalHandler = @Sendable (DisconnectReason) -> Void

    private let address: Address
    private let dispatcher: any Dispatcher
    private let options: ConnectionOptions
    private let patience: Duration
    private let onConnect: ConnectHandler
    private let onDisconnect: DisconnectHandler
    private let onRefusal: RefusalHandler
    private let reports: UpstreamReports
    let current = CurrentPeer()
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
    public init(
        to address: Address,
        exposing dispatcher: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping ConnectHandler = { _ in },
        onDisconnect: @escaping DisconnectHandler = { _, _ in },
        onRefusal: @escaping RefusalHandler = { _ in }
    ) {
        self.address = address
        self.dispatcher = dispatcher
        self.options = options
        self.patience = patience
        self.onConnect = onConnect
        self.onDisconnect = onDisconnect
        self.onRefusal = onRefusal
        reports = UpstreamReports(of: address, to: options.observer)
    }

    /// Begins to connect, and goes on until ``stop()``.
    public func start() {
        keeper.withLock { task in if task == nil { task = Task { await self.keepConnected() } } }
    }

    /// Closes the connection and makes no more; calls fail at once from here on.
    public func stop() async {
        let task = keeper.withLock { $0 }
        task?.cancel()
        current.close()
        await task?.value
        current.endSignals()
    }

    /// The connection, while there is one.
    public var peer: Peer? { current.peer }

    /// Why no more connections are made: the authentication failed on one side; `nil` while they are.
    public var refusal: DisconnectReason? { current.refusal }

    /// Why the last attempt to connect failed, with the address and what the system said; `nil` once one succeeded.
    ///
    /// For the operator: errors of calls do not say it, because a gateway passes those on to its clients.
    public var lastFailure: CallError? { current.failure }

    /// What happens to the connections: each ``ConnectionSignal/connected(_:)`` once, later ``ConnectionSignal/disconnected(_:_:)``
    /// once; at most one ``ConnectionSignal/refused(_:)``, after which no more are made.
    ///
    /// Every reader begins with the connection that is open now, if there is one. Ends with ``stop()``, or after the
    /// refusal.
    public var signals: ConnectionSignals { current.signals }

    /// Calls the server.
    ///
    /// - Throws: `.unavailable` without a connection, for the cause of which see ``lastFailure``, `.unauthenticated` when the authentication failed, or what ``Peer/dispatch(_:)`` throws.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        if let peer = current.peer { return try await peer.dispatch(call) }
        return try await connection(until: call.deadline).dispatch(call)
    }

    /// The connection, once there is one; waits for it briefly.
    func connection(until deadline: ContinuousClock.Instant?) async throws(CallError) -> Peer {
        if let peer = current.peer { return peer }
        let limit = ContinuousClock.now.later(by: patience)
        let peer = await current.wait(until: deadline.map { min($0, limit) } ?? limit)
        guard let peer else { throw noConnection }
        return peer
    }

    /// On the event loop: a call only writes a frame and waits.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    private var noConnection: CallError {
        if let refusal { return CallError(.unauthenticated, refusal.message, ran: .no) }
        return CallError(.unavailable, "The service is not reachable", ran: .no)
    }

    private func keepConnected() async {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let began = ContinuousClock.now
            if let refusal = await holdConnection() {
                current.refuse(refusal)
                onRefusal(refusal)
                return current.endSignals()
            }
            // A server that takes connections and drops them is not to be asked without pause.
            if ContinuousClock.now - began > Backoff.longest { backoff.reset() }
            try? await Task.sleep(for: backoff.delay(using: &random).clamped)
        }
    }

    /// Makes one connection and stays until it ends; gives the reason when no other would be let in.
    private func holdConnection() async -> DisconnectReason? {
        let peer: Peer
        do throws(CallError) {
            peer = try await NativeClient.connect(to: address, exposing: dispatcher, options: options)
        } catch {
            current.note(error)
            reports.failed(error.message)
            return nil
        }
        peer.onConnect { [current, onConnect, reports, weak peer] in
            guard let peer else { return }
            reports.found()
            onConnect(peer)
            current.set(peer)
        }
        let reason = await withTaskCancellationHandler {
            await peer.disconnected
        } onCancel: {
            peer.close()
        }
        if current.end(peer, reason) {
            reports.lost(reason)
            onDisconnect(peer, reason)
        } else {
            current.note(CallError(.unavailable, reason.message, ran: .no))
            reports.failed(reason.message)
        }
        // The same secret would be refused again.
        return reason.kind == .authenticationFailed ? reason : nil
    }
}
