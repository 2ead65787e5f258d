public import Postern

extension ReconnectingPeer {
    /// Connects to a native server in the background, and again whenever the connection is lost, until ``stop()``.
    ///
    /// - Parameters:
    ///   - address: The address of the server, which does not have to listen yet.
    ///   - dispatcher: Serves the calls of the server.
    ///   - secret: The secret that both ends prove to know; overrides ``ConnectionOptions/authentication``.
    ///   - options: The options of the connections.
    ///   - patience: The time that a call waits for a connection, at most until its deadline.
    ///   - onConnect: Called once for each connection when it is open, before calls use it.
    ///   - onDisconnect: Called once for each connection that was open, with the reason, when it has ended.
    ///   - onRefusal: Called at most once, with the reason, when authentication failed and no more connections are
    ///     made.
    /// - Returns: The peer, which sends each call over the current connection.
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

    /// Connects to an address such as `tcp://127.0.0.1:9000` or `unix:/run/app.sock`, and again when the connection is
    /// lost.
    ///
    /// - Throws: `CallError` with `.invalidRequest` for text that is not an address.
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
    /// Keeps a connection open: connects, waits until it is closing or has ended, and connects again.
    func keepConnected() async {
        await withDiscardingTaskGroup { retired in
            var (backoff, random) = (Backoff(), SystemRandomNumberGenerator())
            while !Task.isCancelled {
                let began = ContinuousClock.now
                if let peer = await makeConnection() {
                    await waitUntilClosing(peer)
                    if peer.isConnected {
                        // The server has sent goodbye: the old connection ends beside the next one.
                        retired.addTask { await self.waitUntilEnded(peer) }
                    } else if let refusal = await waitUntilEnded(peer).refusal {
                        current.refuse(refusal)
                        return onRefusal(refusal)
                    }
                }
                // A short connection does not reset the delays: the server may accept and drop every one.
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
        peer.onConnect { [current, onConnect, reports] in
            reports.found()
            // The handler runs first: it may prepare what calls rely on.
            onConnect(peer)
            current.set(peer)
        }
        peer.onClosing { [current, reports] in
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
    /// The reason, if it is a failed authentication: with the same secret, the next connection would fail as well.
    fileprivate var refusal: DisconnectReason? { kind == .authenticationFailed ? self : nil }
}
