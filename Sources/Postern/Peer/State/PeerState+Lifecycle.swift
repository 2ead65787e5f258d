/// From the other side's hello until the connection is open.
extension PeerState {
    /// The largest frame that is taken now, in bytes after its length.
    var frameLimit: Int {
        switch phase {
        case .connecting: exchange == nil ? limits.helloBytes : min(limits.helloBytes, limits.unprovenBytes)
        case .authenticating: limits.unprovenBytes
        case .open, .closed: limits.frameBytes
        }
    }

    /// Lets the connection open, or begins to authenticate; both sides have to want the same.
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
        phase = .authenticating
        do throws(ProtocolViolation) {
            let statement = try exchange?.begin(remoteNonce: nonce)
            return statement.map { .authenticate(.prove($0)) } ?? .none
        } catch {
            return .disconnect(.protocolViolation(error.message))
        }
    }

    /// Applies a frame of a side that is not proven.
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

    /// Sends the proof of this side; the acceptor's comes last, and opens the connection.
    mutating func prove(_ proof: [UInt8]) {
        guard phase == .authenticating, let exchange else { return }
        outbox.writeNow { FrameWriter.writeProof(proof, into: &$0) }
        if exchange.endsWithOwnProof { open() }
    }

    /// Goes on after a proof of the other side was checked.
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
        // Nonces and turn are of no more use, and are never used again.
        exchange = nil
        outbox.open(limit: outgoingFrameLimit)
        if waiting.isEmpty { waiting.open(limit: Int(remote.maximumCallsInFlight)) }
    }
}

/// The orderly end: a goodbye, then the answers to the calls that were taken.
///
/// The other side may have sent calls that cross the goodbye. They are refused, so that it knows that they were not
/// executed: behind the goodbye a ping leaves, and all that was sent before the goodbye arrived has come before its pong.
extension PeerState {
    /// The number of the ping behind a goodbye.
    static var pingOfGoodbye: UInt64 { 1 }

    /// Says goodbye: no more calls are taken, and streams produced here end.
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
        for id in streams.keys { served[id]?.isEndedByDraining = true }
        return streams.values.compactMap(\.handler)
    }

    /// Notes that no call crosses the goodbye any more, once the ping behind it is answered.
    mutating func receivePong(_ number: UInt64) {
        if number == Self.pingOfGoodbye { awaitsCrossingCalls = false }
    }

    /// Keeps what waits for the last call to end; false when none is in flight.
    mutating func parkUntilIdle(_ waiter: Parked) -> Bool {
        guard phase != .closed, !isDrained else { return false }
        drainWaiter = waiter
        return true
    }

    /// Hands over who waits for the last call to end, once it has.
    mutating func takeDrainWaiter() -> Parked? {
        guard drainWaiter != nil, isDrained else { return nil }
        defer { drainWaiter = nil }
        return drainWaiter
    }

    private var isDrained: Bool { isIdle && !awaitsCrossingCalls }
}
