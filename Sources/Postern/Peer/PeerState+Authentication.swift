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
