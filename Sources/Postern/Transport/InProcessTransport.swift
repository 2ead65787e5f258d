internal import Synchronization

/// Joins two peers in memory, without sockets.
///
/// Frames are carried by one task at a time, in order, and never on the stack of who sent them; so what holds over a
/// socket holds here. What waits is limited by ``PeerLimits/queuedBytes`` of each side.
public final class InProcessTransport: FrameTransport {
    private let wire: Wire

    private init(_ wire: Wire) { self.wire = wire }

    /// Makes two peers, each the other end of the other; they live until one of them is closed.
    ///
    /// - Parameters:
    ///   - first: Answers the calls of the second peer.
    ///   - second: Answers the calls of the first peer.
    ///   - limits: What both sides take.
    ///   - name: What both sides call themselves.
    ///   - serving: When the first peer serves the calls of the second, which serves them as they arrive.
    ///   - sendsTraces: Whether the errors of both sides take their traces along.
    ///   - observer: Takes reports of handlers that fail on either side.
    ///   - authentication: How the first peer proves itself to the second, and the second to the first.
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

    /// Makes two peers, each the other end of the other, whose names and observers may differ.
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

        /// Describes an end that serves calls as they arrive, without authentication.
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

    /// Has the frames carried over.
    package func outputBecameReady() { wire.carry() }

    /// Has what is left carried over, and parts the peers.
    package func close() { wire.carry() }
}

extension InProcessTransport {
    /// What lies between two peers in memory.
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

        /// Sees to it that frames are carried until none are left.
        func carry() {
            let starts = state.withLock { state in
                state.hasMore = true
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
            // Asked first: what a peer says before it ends is carried in any case.
            let hasEnded = !sender.isConnected
            let frames = sender.takeOutput()
            if !frames.isEmpty {
                receiver.receive(frames)
                state.withLock { $0.hasMore = true }
            }
            guard hasEnded else { return }
            receiver.transportClosed(DisconnectReason(.closedThere, "The other side closed the connection"))
            // What they hold is freed outside the lock.
            withExtendedLifetime(state.withLock { $0.peers.take() }) {}
        }
    }
}
