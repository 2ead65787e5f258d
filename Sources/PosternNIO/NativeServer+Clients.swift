import NIOCore
import Postern
import Synchronization

// The life of a connection, from accept to its end.
extension NativeServer {
    /// Creates the peer of an accepted channel; must be called on the channel's event loop.
    func accept(_ channel: any Channel, over medium: ConnectionEnd.Medium, _ security: ConnectionSecurity) throws {
        let mustAuthenticate = options.authentication != nil || medium == .tls
        let reports = ClientReports(of: channel.remoteAddress, to: options.observer)
        guard let taken = places.enter(channel.remoteAddress, mustAuthenticate: mustAuthenticate) else {
            reports?.turnedAway(.ofOneAddress)
            return channel.close(promise: nil)
        }
        // A client that has to authenticate is refused afterwards, with a reason; any other is closed without a peer.
        guard hasRoom(mustAuthenticate: mustAuthenticate) else {
            reports?.turnedAway(.ofAll)
            return channel.close(promise: nil)
        }
        let peer = try NativeConnection.install(
            on: channel,
            as: ConnectionEnd(.acceptor, over: medium),
            exposing: dispatcher,
            options: options,
            security: security,
            memoryAddress: taken.memoryAddress
        )
        if mustAuthenticate { add(unauthenticated: peer, in: taken) } else { add(client: peer, in: taken) }
        let id = ObjectIdentifier(peer)
        peer.onDisconnect { [weak self] reason in self?.remove(id, reason, reports) }
    }

    /// Makes room after a connection could not be accepted, and returns the time until the next attempt.
    ///
    /// Without a pause the loop would spin: the connection that waits keeps the socket readable.
    func waitForDescriptor() -> TimeAmount {
        ClientReports.noDescriptor(to: options.observer)
        let silent = state.withLock { $0.table.findWaiting() }
        silent?.transportClosed(DisconnectReason(.tooMany, "It was silent, and another client needs its descriptor"))
        return silent == nil ? .milliseconds(100) : .milliseconds(1)
    }

    /// Returns whether one more connection may be open, for which the client that has been silent for longest may have
    /// been closed.
    private func hasRoom(mustAuthenticate: Bool) -> Bool {
        let (isFull, silent) = state.withLock { state -> (Bool, Peer?) in
            if state.isStopped { return (true, nil) }
            guard !mustAuthenticate, state.table.isFull else { return (false, nil) }
            return (true, state.table.findSilentClient())
        }
        silent?.transportClosed(DisconnectReason(.tooMany, "It was silent, and another client needs its place"))
        return !isFull || silent != nil
    }

    private func add(client: Peer, in taken: ClientTable.Places) {
        let delivery = state.withLock { state in
            state.table.add(client: client, in: taken)
            return state.readers.send(.connected(client))
        }
        // The handler runs first: it may prepare what the readers of the signals rely on.
        onConnect(client)
        delivery.complete()
        client.onConnect { [weak self] in self?.state.withLock { $0.table.noteHello(of: client) } }
    }

    private func add(unauthenticated peer: Peer, in taken: ClientTable.Places) {
        let oldest = state.withLock { $0.table.add(unauthenticated: peer, in: taken) }
        oldest?.transportClosed(DisconnectReason(.tooMany, "Too many others wait to prove themselves"))
        peer.onConnect { [weak self] in self?.admit(peer) }
    }

    private func admit(_ peer: Peer) {
        let delivery = state.withLock { state in
            state.table.admit(peer) ? state.readers.send(.connected(peer)) : nil
        }
        guard let delivery else {
            return peer.transportClosed(DisconnectReason(.tooMany, "The server has too many clients"))
        }
        onConnect(peer)
        delivery.complete()
    }

    private func remove(_ id: ObjectIdentifier, _ reason: DisconnectReason, _ reports: ClientReports?) {
        // The removed peer is returned, so that its last reference is not released under the lock.
        let (removal, delivery) = state.withLock { state in
            let removal = state.table.remove(id)
            let delivery: SignalReaders.Delivery? =
                switch removal {
                case .client(let peer): state.readers.send(.disconnected(peer, reason))
                case .unauthenticated: state.readers.send(.refused(reason))
                case nil: nil
                }
            return (removal, delivery)
        }
        switch removal {
        case .client(let peer):
            reports?.ended(reason)
            onDisconnect(peer, reason)
        case .unauthenticated:
            reports?.refused(reason)
            onRefusal(reason)
        case nil: break
        }
        delivery?.complete()
        if state.withLock({ $0.isStopped }) { endSignals() }
    }

    /// Admits no more clients, and ends the signals once the last connection has ended.
    func endSignals() {
        let delivery = state.withLock { state in
            state.isStopped = true
            return state.table.isEmpty ? state.readers.end() : nil
        }
        delivery?.complete()
    }
}
