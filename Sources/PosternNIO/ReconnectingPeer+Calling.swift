public import Postern

extension ReconnectingPeer {
    /// Calls the server.
    ///
    /// - Throws: `.unavailable` without a connection, for the cause of which see ``lastFailure``, `.unauthenticated` when
    ///   the authentication failed, `.busy` when too many calls wait for a connection, or what `Peer.dispatch(_:)`
    ///   throws.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        if let peer = current.peer {
            do throws(CallError) { return try await peer.dispatch(call) } catch {
                guard mayMove(call.arguments, from: peer, after: error) else { throw error }
            }
        }
        return try await dispatchLater(call)
    }

    /// On the event loop: a call only writes a frame and waits.
    public func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    private func dispatchLater(_ call: Call) async throws(CallError) -> Reply {
        let wait = ConnectionWait(
            until: call.deadlineInContext,
            patience: patience,
            byteCount: call.arguments.bytes.count
        )
        while true {
            let peer = try await current.connection(wait)
            do throws(CallError) { return try await peer.dispatch(call) } catch {
                guard mayMove(call.arguments, from: peer, after: error) else { throw error }
            }
        }
    }

    /// Whether a call may be made again on another connection: its server is stopping and has not executed it, and
    /// nothing among its arguments belongs to the connection.
    func mayMove(_ arguments: Payload, from peer: Peer, after error: CallError) -> Bool {
        guard error.executed == .no, error.code == .draining || error.code == .unavailable,
            peer.isOtherSideStopping, !arguments.returnsReferences(to: peer)
        else { return false }
        current.retire(peer)
        return true
    }
}

extension ReconnectingPeer: Callee {
    /// Sends one call and waits for its reply; a wait for a connection is part of the timeout.
    ///
    /// - Throws: What ``dispatch(_:)`` throws.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        let deadline = timeout.map { ContinuousClock.now.later(by: $0) }
        var wait: ConnectionWait?
        while true {
            let peer = try await connection(until: deadline, &wait)
            let encoded = try peer.encoded(repeat each arguments)
            do throws(CallError) {
                return try await peer.reply(method, encoded, deadline.map { $0.timeLeft() })
            } catch {
                guard mayMove(encoded, from: peer, after: error) else { throw error }
            }
        }
    }

    /// The connection, for a call that has not waited for one, or waits on.
    private func connection(
        until deadline: ContinuousClock.Instant?,
        _ wait: inout ConnectionWait?
    ) async throws(CallError) -> Peer {
        if let peer = current.peer { return peer }
        let begun = wait ?? ConnectionWait(until: deadline ?? Call.deadlineOfContext, patience: patience)
        wait = begun
        return try await current.connection(begun)
    }
}
