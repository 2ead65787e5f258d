public import Postern
import Synchronization

/// Keeps one connection to a server, and makes a new one whenever it is lost.
///
/// Calls made while there is no connection wait for one briefly, then fail with `.unavailable`, not executed. Calls in
/// flight when a connection is cut fail with `.unavailable`, and nobody knows whether they were executed; they are
/// never sent again. When authentication fails, no more connections are made: see ``refusal``.
public final class ReconnectingPeer: Dispatcher {
    /// Told of every connection before calls use it.
    public typealias ConnectHandler = @Sendable (Peer) -> Void
    /// Told once when no more connections are made, because the authentication failed on one side.
    public typealias RefusalHandler = @Sendable (DisconnectReason) -> Void

    private let address: Address
    private let dispatcher: any Dispatcher
    private let options: ConnectionOptions
    private let patience: Duration
    private let onConnect: ConnectHandler
    private let onRefusal: RefusalHandler
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
    ///   - onRefusal: Told why no more connections are made.
    public init(
        to address: Address,
        exposing dispatcher: any Dispatcher = NothingExposed(),
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping ConnectHandler = { _ in },
        onRefusal: @escaping RefusalHandler = { _ in }
    ) {
        self.address = address
        self.dispatcher = dispatcher
        self.options = options
        self.patience = patience
        self.onConnect = onConnect
        self.onRefusal = onRefusal
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
    }

    /// The connection, while there is one.
    public var peer: Peer? { current.peer }

    /// Why no more connections are made: the authentication failed on one side; `nil` while they are.
    public var refusal: DisconnectReason? { current.refusal }

    /// Calls the server.
    ///
    /// - Throws: `.unavailable` without a connection, `.unauthenticated` when the authentication failed, or what ``Peer/dispatch(_:)`` throws.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        if let peer = current.peer { return try await peer.dispatch(call) }
        return try await connection(until: call.deadline).dispatch(call)
    }

    /// The connection, once there is one; waits for it briefly.
    func connection(until deadline: ContinuousClock.Instant?) async throws(CallError) -> Peer {
        if let peer = current.peer { return peer }
        let limit = ContinuousClock.now + patience
        let peer = await current.wait(until: deadline.map { min($0, limit) } ?? limit)
        if peer == nil, let refusal { throw CallError(.unauthenticated, refusal.message, executed: .no) }
        guard let peer else { throw CallError(.unavailable, "No connection to \(address)", executed: .no) }
        return peer
    }

    /// On the event loop: a call only writes a frame and waits.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    private func keepConnected() async {
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            if let peer = try? await NativeClient.connect(to: address, exposing: dispatcher, options: options) {
                let began = ContinuousClock.now
                onConnect(peer)
                current.set(peer)
                let reason = await peer.disconnected
                current.clear(peer)
                // The same secret would be refused again.
                if reason.kind == .authenticationFailed {
                    current.refuse(reason)
                    return onRefusal(reason)
                }
                // A server that takes connections and drops them is not to be asked without pause.
                if ContinuousClock.now - began > Backoff.longest { backoff.reset() }
            }
            try? await Task.sleep(for: backoff.delay(using: &random))
        }
    }
}
