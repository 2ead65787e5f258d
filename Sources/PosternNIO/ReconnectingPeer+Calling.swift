public import Postern

extension ReconnectingPeer {
    /// Sends one call to the server and waits for its reply.
    ///
    /// - Throws: `.unavailable` without a connection, `.unauthenticated` when authentication failed, `.busy` when too
    ///   many calls wait for a connection, or the error of `Peer.dispatch(_:)`.
    public func dispatch(_ call: Call) async throws(CallError) -> Reply {
        // With an open connection the call is sent directly, without an entry among the waiting calls.
        if let peer = current.peer {
            do throws(CallError) { return try await peer.dispatch(call) } catch {
                guard mayMove(call.arguments, from: peer, after: error) else { throw error }
            }
        }
        return try await dispatchLater(call)
    }

    /// Returns `.onEventLoop`: a call only writes a frame and waits.
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

    /// Returns whether a failed call may be repeated on another connection, and retires its connection if so.
    ///
    /// The server must be stopping and not have executed the call, and no argument may be a reference that belongs to
    /// the connection.
    func mayMove(_ arguments: Payload, from peer: Peer, after error: CallError) -> Bool {
        guard error.executed == .no, error.code == .draining || error.code == .unavailable,
            peer.isOtherSideStopping, !arguments.returnsReferences(to: peer)
        else { return false }
        current.retire(peer)
        return true
    }
}

extension ReconnectingPeer: Callee {
    /// Sends one call and waits for its reply.
    ///
    /// The timeout includes the wait for a connection.
    ///
    /// - Throws: The errors of ``dispatch(_:)``.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        let deadline = timeout.map { ContinuousClock.now.later(by: $0) }
        var wait: ConnectionWait?
        while true {
            let peer = try await connection(until: deadline, &wait)
            // Encoded anew for each connection, as the references among the arguments have numbers of the connection.
            let encoded = try peer.encoded(repeat each arguments)
            do throws(CallError) {
                return try await peer.reply(method, encoded, deadline.map { $0.timeLeft() })
            } catch {
                guard mayMove(encoded, from: peer, after: error) else { throw error }
            }
        }
    }

    /// Returns the current connection, or waits for one; all waits of a call share their limits in `wait`.
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
