extension Peer {
    /// Runs the callback at most once: when the connection is open, or at once when it has opened before.
    ///
    /// A connection is open when both sides have said hello, and have proven themselves where they have to. The callback
    /// runs before the first call of the other side is looked at, on the thread that reads the connection: it should
    /// be short. One that never opens does not run it; ``onDisconnect(_:)`` tells why.
    ///
    /// - Parameter callback: Callbacks run in the order given, and before those of the end.
    /// - Returns: What the callback is taken out by, if it shall not run any more.
    @discardableResult
    public func onConnect(_ callback: @escaping @Sendable () -> Void) -> ConnectionObservation {
        ConnectionObservation(status) { event in if case .opened = event { callback() } }
    }

    /// Runs the callback exactly once: when the connection ends, by whichever side, or at once when it has ended.
    ///
    /// Every pending call has failed by then.
    ///
    /// - Parameter callback: Given the reason, which tells the sides apart; callbacks run in the order given.
    /// - Returns: What the callback is taken out by, if it shall not run any more.
    @discardableResult
    public func onDisconnect(_ callback: @escaping @Sendable (DisconnectReason) -> Void) -> ConnectionObservation {
        ConnectionObservation(status) { event in if case .ended(let reason) = event { callback(reason) } }
    }

    /// Runs the callback exactly once: when the other side takes no more calls, because it has said goodbye or the
    /// connection has ended, or at once when that has happened before.
    ///
    /// It runs before anything is known of that in another way, on the thread that found it: it should be short.
    package func onClosing(_ callback: @escaping @Sendable () -> Void) {
        _ = ConnectionObservation(status) { event in if case .closing = event { callback() } }
    }

    /// Waits until the other side takes no more calls, because it has said goodbye or the connection has ended.
    package func waitUntilClosing() async {
        await Suspension.wait { continuation in onClosing { continuation.resume() } }
    }

    /// Whether the other side has said goodbye because it is stopping: another may come in its place.
    package var isOtherSideStopping: Bool { goodbye?.kind == .closedThere }

    /// What the other side said when it stopped taking calls; `nil` before that.
    package var goodbye: DisconnectReason? { changeInTurn { $0.goodbye } }

    /// Why the connection ended; waits until it does.
    ///
    /// Every pending call has failed by then.
    public var disconnected: DisconnectReason {
        get async {
            await Suspension.wait { continuation in onDisconnect { continuation.resume(returning: $0) } }
        }
    }

    /// Waits until the connection is open.
    ///
    /// This is optional: calls made before wait by themselves.
    ///
    /// - Throws: `CallError`: `.unauthenticated` when one side has not proven itself, `.unavailable` when the connection
    ///   has ended for another reason, also after it was open; `.cancelled`.
    public func waitUntilConnected() async throws(CallError) {
        for await signal in signals {
            // One that has ended was open before, and its signals begin with that.
            guard case .connected = signal, disconnectReason == nil else { break }
            return
        }
        if let reason = disconnectReason { throw CallError(reason.callCode, reason.message, ran: .no) }
        throw CallError(.cancelled, "Waiting for the connection was cancelled", ran: .no)
    }

    /// What happens to this connection, told from its beginning on to every reader: ``ConnectionSignal/connected(_:)``,
    /// unless it never opens, then ``ConnectionSignal/disconnected(_:_:)``, and the end.
    public var signals: ConnectionSignals {
        let buffer = SignalBuffer()
        let observation = ConnectionObservation(status) { [weak self, weak buffer] event in
            guard let self, let buffer else { return }
            switch event {
            case .opened: buffer.push(.connected(self))?.resume(returning: .connected(self))
            case .closing: break
            case .ended(let reason):
                let signal = ConnectionSignal.disconnected(self, reason)
                buffer.push(signal)?.resume(returning: signal)
                buffer.end()?.resume(returning: nil)
            }
        }
        buffer.onDrop { observation.cancel() }
        return ConnectionSignals(buffer)
    }

    /// Whether the connection stands, or is being made; false before anybody hears of the end.
    public var isConnected: Bool { disconnectReason == nil }

    /// Why the connection ended; `nil` for as long as ``isConnected``.
    public var disconnectReason: DisconnectReason? { changeInTurn { $0.ending } }
}
