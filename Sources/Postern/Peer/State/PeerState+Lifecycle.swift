/// The handshake: from the hello of the remote peer until the connection is open.
extension PeerState {
    /// The maximum size of a frame that this peer reads now, in bytes after its length.
    var frameLimit: Int {
        // Small until the remote peer has authenticated, so that an unauthenticated connection costs little memory.
        switch phase {
        case .connecting: exchange == nil ? limits.helloBytes : min(limits.helloBytes, limits.unprovenBytes)
        case .authenticating: limits.unprovenBytes
        case .open, .closed: limits.frameBytes
        }
    }

    /// Opens the connection after the hello, or begins authentication if both peers require it.
    mutating func greet(nonce: [UInt8]?) -> Action {
        guard exchange != nil || nonce != nil else {
            open()
            return .none
        }
        guard let nonce else {
            return .disconnect(.unauthenticated("This side demands a shared secret, and the other side has none"))
        }
        guard exchange != nil else {
            return .disconnect(.unauthenticated("The other side demands a shared secret, and this side has none"))
        }
        // Either both peers authenticate or neither: a shared secret of one side must not be ignored silently.
        phase = .authenticating
        do throws(ProtocolViolation) {
            let statement = try exchange?.begin(remoteNonce: nonce)
            return statement.map { .authenticate(.prove($0)) } ?? .none
        } catch {
            return .disconnect(.protocolViolation(error.message))
        }
    }

    /// Applies a frame that arrives during authentication: a proof or a goodbye.
    mutating func receiveUnproven(_ frame: Frame, in bytes: [UInt8]) -> Action {
        switch frame {
        case .proof(let proof):
            do throws(ProtocolViolation) {
                guard let statement = try exchange?.receiveProof(ofLength: proof.count) else { return .none }
                return .authenticate(.check(proof: proof, of: statement))
            } catch {
                return .disconnect(.protocolViolation(error.message))
            }
        case .goodbye(let code, let text): return receiveFinalGoodbye(code, text, in: bytes)
        default: return .disconnect(.protocolViolation("a frame before the proof"))
        }
    }

    /// Writes the proof of this peer.
    ///
    /// The acceptor's proof is the last one, and opens the connection.
    mutating func prove(_ proof: [UInt8]) {
        guard phase == .authenticating, let exchange else { return }
        outbox.writeNow { FrameWriter.writeProof(proof, into: &$0) }
        if exchange.endsWithOwnProof { open() }
    }

    /// Continues after the proof of the remote peer was checked.
    mutating func judge(isProven: Bool) -> Action {
        guard phase == .authenticating, let exchange else { return .none }
        guard isProven else {
            return .disconnect(.unauthenticated("The other side has another shared secret"))
        }
        if exchange.endsWithOwnProof { return .authenticate(.prove(exchange.ownStatement)) }
        open()
        return .none
    }

    private mutating func open() {
        phase = .open
        // The nonces of this connection have no further use and must never be used again.
        exchange = nil
        outbox.open(limit: outgoingFrameLimit)
        // Otherwise `sendWaiting(at:_:)` opens it, behind the messages that wait for the handshake.
        if waiting.isEmpty { waiting.open(limit: Int(remote.maximumCallsInFlight)) }
    }
}

/// The orderly end of a connection: a goodbye, then the replies to the calls that were accepted.
///
/// Calls of the remote peer may cross the goodbye. They are refused as not executed, so that it may make them
/// elsewhere. A ping is sent after the goodbye: when its pong arrives, everything that the remote peer sent before it
/// received the goodbye has arrived.
extension PeerState {
    /// The number of the ping that follows a goodbye.
    static var pingOfGoodbye: UInt64 { 1 }

    /// Writes a goodbye.
    ///
    /// From here on calls are refused and the streams produced by this peer end.
    ///
    /// - Returns: The handlers of streams, to be cancelled.
    mutating func beginDraining(_ message: String) -> [Handler] {
        guard phase != .closed, !isDraining else { return [] }
        isDraining = true
        awaitsCrossingCalls = phase == .open
        let limit = outgoingFrameLimit
        outbox.write { output in
            FrameWriter.writeGoodbye(code: 0, message, limit: limit, into: &output)
            if awaitsCrossingCalls { FrameWriter.writeNumbers(.ping, Self.pingOfGoodbye, into: &output) }
        }
        endOfStreams = CallError(.draining, message).asEndOfStream
        let streams = served.filter { $0.value.isStream }
        // Their handlers are cancelled and throw; the reader is sent `.draining` instead of `.cancelled`.
        for id in streams.keys { served[id]?.isEndedByDraining = true }
        return streams.values.compactMap(\.handler)
    }

    /// Notes that no more calls cross the goodbye, if this is the pong to the ping that follows it.
    mutating func receivePong(_ number: UInt64) {
        if number == Self.pingOfGoodbye { awaitsCrossingCalls = false }
    }

    /// Keeps the task that drains the connection.
    ///
    /// - Returns: `false` if the connection is drained or closed, in which case the task does not suspend.
    mutating func parkUntilIdle(_ waiter: Parked) -> Bool {
        guard phase != .closed, !isDrained else { return false }
        drainWaiter = waiter
        return true
    }

    /// Removes and returns the task that drains the connection, once no call is in flight.
    mutating func takeDrainWaiter() -> Parked? {
        guard drainWaiter != nil, isDrained else { return nil }
        defer { drainWaiter = nil }
        return drainWaiter
    }

    /// Whether no call is in flight, and none can arrive that was sent before the goodbye was received.
    private var isDrained: Bool { isIdle && !awaitsCrossingCalls }
}
