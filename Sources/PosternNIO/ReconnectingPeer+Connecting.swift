public import Postern

extension ReconnectingPeer {
    /// Begins to connect to a native server, and connects again whenever the connection is lost, until ``stop()``.
    ///
    /// - Parameters:
    ///   - address: Where the server listens; nobody needs to listen there yet.
    ///   - dispatcher: Answers the calls of the server.
    ///   - secret: What both ends prove to each other; goes before ``ConnectionOptions/authentication``.
    ///   - options: How connections behave.
    ///   - patience: How long a call waits for a connection, at most until its deadline.
    ///   - onConnect: Given every new connection.
    ///   - onDisconnect: Told of the end of every connection.
    ///   - onRefusal: Told why no more connections are made.
    /// - Returns: What calls the server over the connection of the moment.
    public static func connect(
        to address: Address,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping @Sendable (Peer) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (Peer, DisconnectReason) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable (DisconnectReason) -> Void = { _ in }
    ) -> ReconnectingPeer {
        let peer = ReconnectingPeer(
            to: address,
            exposing: dispatcher,
            options: options.with(secret),
            patience: patience,
            onConnect: onConnect,
            onDisconnect: onDisconnect,
            onRefusal: onRefusal
        )
        peer.start()
        return peer
    }

    /// Does the same for an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`.
    ///
    /// - Throws: `CallError` with `.invalidRequest` for text that is no address.
    public static func connect(
        to address: String,
        serving dispatcher: any Dispatcher = NothingExposed(),
        secret: (any Authentication)? = nil,
        options: ConnectionOptions = ConnectionOptions(),
        patience: Duration = .seconds(1),
        onConnect: @escaping @Sendable (Peer) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (Peer, DisconnectReason) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable (DisconnectReason) -> Void = { _ in }
    ) throws(CallError) -> ReconnectingPeer {
        connect(
            to: try Address(reading: address),
            serving: dispatcher,
            secret: secret,
            options: options,
            patience: patience,
            onConnect: onConnect,
            onDisconnect: onDisconnect,
            onRefusal: onRefusal
        )
    }
}

extension ReconnectingPeer {
    /// Makes one connection after another: the next one when the server of the last says goodbye, or it has ended.
    func keepConnected() async {
        await withDiscardingTaskGroup { retired in
            var (backoff, random) = (Backoff(), SystemRandomNumberGenerator())
            while !Task.isCancelled {
                let began = ContinuousClock.now
                if let peer = await makeConnection() {
                    await waitUntilClosing(peer)
                    if peer.isConnected {
                        retired.addTask { await self.waitUntilEnded(peer) }
                    } else if let refusal = await waitUntilEnded(peer).refusal {
                        current.refuse(refusal)
                        return onRefusal(refusal)
                    }
                }
                // A server that takes connections and drops them is not to be asked without pause.
                if ContinuousClock.now - began > Backoff.longest { backoff.reset() }
                try? await Task.sleep(for: backoff.delay(using: &random).clamped)
            }
        }
        current.endSignals()
    }

    private func makeConnection() async -> Peer? {
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
        peer.onClosing { [current, reports, weak peer] in
            guard let peer else { return }
            current.retire(peer)
            if let reason = peer.goodbye ?? peer.disconnectReason { reports.lost(reason) }
        }
        return peer
    }

    private func waitUntilClosing(_ peer: Peer) async {
        await withTaskCancellationHandler {
            await peer.waitUntilClosing()
        } onCancel: {
            peer.close()
        }
    }

    @discardableResult
    private func waitUntilEnded(_ peer: Peer) async -> DisconnectReason {
        let reason = await withTaskCancellationHandler {
            await peer.disconnected
        } onCancel: {
            peer.close()
        }
        if current.end(peer, reason) {
            onDisconnect(peer, reason)
        } else {
            current.note(CallError(.unavailable, reason.message, ran: .no))
            reports.failed(reason.message)
        }
        return reason
    }
}

extension DisconnectReason {
    /// The reason, where another connection would be refused as well, because of the same secret.
    fileprivate var refusal: DisconnectReason? { kind == .authenticationFailed ? self : nil }
}
