import NIOCore
import Postern
import Synchronization

/// From a connection that was accepted to its end.
extension NativeServer {
    /// Makes the peer of a channel; runs on the channel's event loop.
    func accept(_ channel: any Channel, over medium: ConnectionEnd.Medium, _ security: ConnectionSecurity) throws {
        let isStranger = options.authentication != nil || medium == .tls
        // One that proves itself when there are too many is told so; whoever has nothing to prove is not read at all.
        let isFull = state.withLock { $0.isStopped || !isStranger && $0.table.isFull }
        let reports = ClientReports(of: channel.remoteAddress, to: options.observer)
        guard !isFull else {
            reports?.turnedAway()
            return channel.close(promise: nil)
        }
        let peer = try NativeConnection.install(
            on: channel,
            as: ConnectionEnd(.acceptor, over: medium),
            exposing: dispatcher,
            options: options,
            security: security
        )
        if isStranger { enter(stranger: peer) } else { enter(client: peer) }
        let id = ObjectIdentifier(peer)
        peer.onDisconnect { [weak self] reason in self?.forget(id, reason, reports) }
    }

    private func enter(client: Peer) {
        let delivery = state.withLock { state in
            state.table.enter(client: client)
            return state.readers.send(.connected(client))
        }
        onConnect(client)
        delivery.complete()
    }

    private func enter(stranger: Peer) {
        let longest = state.withLock { $0.table.enter(stranger: stranger) }
        longest?.transportClosed(DisconnectReason(.tooMany, "Too many others wait to prove themselves"))
        stranger.onConnect { [weak self, weak stranger] in if let stranger { self?.letIn(stranger) } }
    }

    private func letIn(_ peer: Peer) {
        let delivery = state.withLock { state in
            state.table.letIn(peer) ? state.readers.send(.connected(peer)) : nil
        }
        guard let delivery else {
            return peer.transportClosed(DisconnectReason(.tooMany, "The server has too many clients"))
        }
        onConnect(peer)
        delivery.complete()
    }

    private func forget(_ id: ObjectIdentifier, _ reason: DisconnectReason, _ reports: ClientReports?) {
        // The peer is let go of outside the lock.
        let (departure, delivery) = state.withLock { state in
            let departure = state.table.remove(id)
            let delivery: SignalReaders.Delivery? =
                switch departure {
                case .client(let peer): state.readers.send(.disconnected(peer, reason))
                case .stranger: state.readers.send(.refused(reason))
                case nil: nil
                }
            return (departure, delivery)
        }
        switch departure {
        case .client(let peer):
            reports?.ended(reason)
            onDisconnect(peer, reason)
        case .stranger:
            reports?.refused(reason)
            onRefusal(reason)
        case nil: break
        }
        delivery?.complete()
        if state.withLock({ $0.isStopped }) { endSignals() }
    }

    /// Lets nobody in any more; ends the signals once everybody has left.
    func endSignals() {
        let delivery = state.withLock { state in
            state.isStopped = true
            return state.table.isEmpty ? state.readers.end() : nil
        }
        delivery?.complete()
    }
}
