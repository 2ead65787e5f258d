extension Peer {
    /// Registers a callback that runs once, when the connection opens; immediately, if it has opened before.
    ///
    /// A connection is open when both sides have sent their hello and, where required, have authenticated. The callback
    /// runs before the first call of the other side is served, on the thread that reads the connection, so it must not
    /// block. If the connection never opens, it does not run; see ``onDisconnect(_:)``.
    ///
    /// - Parameter callback: The function to run. Callbacks run in the order in which they were registered.
    /// - Returns: A token that unregisters the callback.
    @discardableResult
    public func onConnect(_ callback: @escaping @Sendable () -> Void) -> ConnectionObservation {
        ConnectionObservation(status) { event in if case .opened = event { callback() } }
    }

    /// Registers a callback that runs once, when the connection closes; immediately, if it has closed before.
    ///
    /// Every pending call has failed by then.
    ///
    /// - Parameter callback: A function that receives the reason, which also states the side that closed the
    ///   connection. Callbacks run in the order in which they were registered, and must not block.
    /// - Returns: A token that unregisters the callback.
    @discardableResult
    public func onDisconnect(_ callback: @escaping @Sendable (DisconnectReason) -> Void) -> ConnectionObservation {
        ConnectionObservation(status) { event in if case .ended(let reason) = event { callback(reason) } }
    }

    /// Registers a callback that runs once, when the other side accepts no more calls: it has sent a goodbye, or the
    /// connection has closed.
    ///
    /// The callback runs immediately if that has happened before. Otherwise it runs on the thread that detects it,
    /// before any call fails for this reason, and must not block.
    package func onClosing(_ callback: @escaping @Sendable () -> Void) {
        _ = ConnectionObservation(status) { event in if case .closing = event { callback() } }
    }

    /// Waits until the other side accepts no more calls: it has sent a goodbye, or the connection has closed.
    package func waitUntilClosing() async {
        await Suspension.wait { continuation in onClosing { continuation.resume() } }
    }

    /// Whether the other side has sent a goodbye because it is shutting down, so that a successor may take its place.
    package var isOtherSideStopping: Bool { goodbye?.kind == .closedThere }

    /// The goodbye of the other side; `nil` until it has sent one.
    package var goodbye: DisconnectReason? { changeInTurn { $0.goodbye } }

    /// The reason for which the connection closed, after waiting until it has closed.
    ///
    /// Every pending call has failed by then. Cancelling the task does not end the wait.
    public var disconnected: DisconnectReason {
        get async {
            await Suspension.wait { continuation in onDisconnect { continuation.resume(returning: $0) } }
        }
    }

    /// Waits until the connection is open.
    ///
    /// This is optional, because calls wait for the connection too.
    ///
    /// - Throws: A `CallError`: `.unauthenticated` if one side failed to authenticate, `.unavailable` if the connection
    ///   has closed for another reason, even after it was open, and `.cancelled` if the current task is cancelled.
    public func waitUntilConnected() async throws(CallError) {
        for await signal in signals {
            // The signals of a closed connection start with `connected` too, if it was open before.
            guard case .connected = signal, disconnectReason == nil else { break }
            return
        }
        if let reason = disconnectReason { throw CallError(reason.callCode, reason.message, ran: .no) }
        throw CallError(.cancelled, "Waiting for the connection was cancelled", ran: .no)
    }

    /// The signals of this connection, past ones included.
    ///
    /// Every access returns a new sequence for one reader: ``ConnectionSignal/connected(_:)``, unless the connection
    /// never opens, then ``ConnectionSignal/disconnected(_:_:)``.
    public var signals: ConnectionSignals {
        let buffer = SignalBuffer()
        // Weak: the status of the peer retains this closure, and the buffer retains the status through `onDrop`.
        let observation = ConnectionObservation(status) { [weak buffer] event in
            guard let buffer else { return }
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

    /// Whether the connection is open or being established.
    ///
    /// Becomes `false` before the callbacks and signals of the end.
    public var isConnected: Bool { disconnectReason == nil }

    /// The reason for which the connection closed; `nil` while ``isConnected`` is `true`.
    public var disconnectReason: DisconnectReason? { changeInTurn { $0.ending } }
}
