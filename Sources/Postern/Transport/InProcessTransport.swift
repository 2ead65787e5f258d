internal import Synchronization

/// A connection of two peers in one process, without sockets.
///
/// One task at a time delivers the frames, in order and never on the stack of the sender, so that code behaves as it
/// does over a socket. ``PeerLimits/queuedBytes`` of each peer limits what waits.
public final class InProcessTransport: FrameTransport {
    private let wire: Wire

    private init(_ wire: Wire) { self.wire = wire }

    /// Creates two connected peers, which live until one of them is closed.
    ///
    /// - Parameters:
    ///   - first: The dispatcher that replies to calls of the second peer.
    ///   - second: The dispatcher that replies to calls of the first peer.
    ///   - limits: The limits of both peers.
    ///   - name: The name of both peers.
    ///   - serving: How the first peer serves calls. The second one serves them as they arrive.
    ///   - sendsTraces: Whether errors of both peers include traces.
    ///   - observer: The observer that is notified of failed handlers of both peers.
    ///   - authentication: The authentication of each peer.
    /// - Returns: Both peers.
    public static func pair(
        _ first: any Dispatcher = NothingExposed(),
        _ second: any Dispatcher = NothingExposed(),
        limits: PeerLimits = .standard,
        name: String = "",
        serving: ServingMode = .automatic,
        sendsTraces: Bool = false,
        observer: (any IncidentObserver)? = nil,
        authentication: (first: (any Authentication)?, second: (any Authentication)?) = (nil, nil)
    ) -> (first: Peer, second: Peer) {
        let ends = (
            End(name, sendsTraces, observer, serving, authentication.first, .initiator),
            End(name, sendsTraces, observer, .automatic, authentication.second, .acceptor)
        )
        return pair(first, second, ends: ends, limits: limits)
    }

    /// Creates two connected peers whose names and observers may differ.
    package static func pair(
        _ first: any Dispatcher,
        _ second: any Dispatcher,
        ends: (End, End),
        limits: PeerLimits
    ) -> (first: Peer, second: Peer) {
        let wire = Wire()
        let left = ends.0.peer(InProcessTransport(wire), first, limits)
        let right = ends.1.peer(InProcessTransport(wire), second, limits)
        wire.join(left, right)
        return (left, right)
    }

    /// The settings of one of two peers.
    package struct End: Sendable {
        private let name: String
        private let sendsTraces: Bool
        private let observer: (any IncidentObserver)?
        private let serving: ServingMode
        private let authentication: PeerAuthentication?

        /// Creates the settings of a peer that serves calls as they arrive, without authentication.
        package init(name: String, observer: (any IncidentObserver)? = nil) {
            self.init(name, false, observer, .automatic, nil, .initiator)
        }

        fileprivate init(
            _ name: String,
            _ sendsTraces: Bool,
            _ observer: (any IncidentObserver)?,
            _ serving: ServingMode,
            _ authentication: (any Authentication)?,
            _ role: ConnectionEnd.Role
        ) {
            self.name = name
            self.sendsTraces = sendsTraces
            self.observer = observer
            self.serving = serving
            self.authentication = authentication.map { PeerAuthentication($0, at: ConnectionEnd(role, over: .memory)) }
        }

        fileprivate func peer(
            _ transport: InProcessTransport,
            _ dispatcher: any Dispatcher,
            _ limits: PeerLimits
        ) -> Peer {
            Peer(
                transport: transport,
                exposing: dispatcher,
                limits: limits,
                name: name,
                serving: serving,
                sendsTraces: sendsTraces,
                observer: observer,
                authentication: authentication
            )
        }
    }

    /// Schedules the delivery of frames.
    package func outputBecameReady() { wire.carry() }

    /// Schedules the delivery of the remaining frames, after which the peers are disconnected.
    package func close() { wire.carry() }
}

extension InProcessTransport {
    /// The link between two peers in one process.
    fileprivate final class Wire: Sendable {
        private struct State {
            var peers: (first: Peer, second: Peer)?
            var isCarrying = false
            var hasMore = false
        }

        private let state = Mutex(State())

        func join(_ first: Peer, _ second: Peer) {
            state.withLock { $0.peers = (first, second) }
            carry()
        }

        /// Ensures that a task delivers frames until none are left.
        func carry() {
            let starts = state.withLock { state in
                state.hasMore = true
                // At most one task runs, so that frames stay in order; it looks for more before it ends.
                guard state.peers != nil, !state.isCarrying else { return false }
                state.isCarrying = true
                return true
            }
            if starts { Task.detached { self.run() } }
        }

        private func run() {
            while let peers = nextRound() {
                deliver(from: peers.first, to: peers.second)
                deliver(from: peers.second, to: peers.first)
            }
        }

        private func nextRound() -> (first: Peer, second: Peer)? {
            state.withLock { state in
                guard state.hasMore else {
                    state.isCarrying = false
                    return nil
                }
                state.hasMore = false
                return state.peers
            }
        }

        private func deliver(from sender: Peer, to receiver: Peer) {
            // Read before the output is taken: what a peer sends before its end is delivered in any case.
            let hasEnded = !sender.isConnected
            let frames = sender.takeOutput().bytes
            if !frames.isEmpty {
                receiver.receive(frames)
                state.withLock { $0.hasMore = true }
            }
            guard hasEnded else { return }
            receiver.transportClosed(DisconnectReason(.closedThere, "The other side closed the connection"))
            // The peers are released outside the lock.
            withExtendedLifetime(state.withLock { $0.peers.take() }) {}
        }
    }
}
