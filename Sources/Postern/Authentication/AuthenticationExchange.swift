/// The order in which two peers prove themselves, as a pure state machine.
///
/// The initiator proves itself first. The acceptor proves itself only after it has accepted that proof, so it discloses
/// nothing to a peer without the secret.
struct AuthenticationExchange: Sendable {
    /// The size of a nonce, in bytes.
    static let nonceBytes = 16
    /// The size of a proof, in bytes.
    static let proofBytes = 32

    private enum Turn {
        /// The hello of the remote peer has not arrived.
        case greeting
        /// The proof of the remote peer has not arrived.
        case waiting
        /// The proof of the remote peer has arrived.
        case judging
    }

    private let end: ConnectionEnd
    /// The nonce that the proof of the remote peer must include; used for this connection only.
    let nonce: [UInt8]
    private var remoteNonce: [UInt8] = []
    private var turn = Turn.greeting

    init(_ end: ConnectionEnd, nonce: [UInt8]) {
        self.end = end
        self.nonce = nonce
    }

    /// Whether this peer proves itself second, which opens the connection.
    var endsWithOwnProof: Bool { end.role == .acceptor }

    /// Accepts the nonce in the hello of the remote peer.
    ///
    /// - Returns: The statement that this peer has to prove now, or `nil` if the remote peer is first.
    mutating func begin(remoteNonce: [UInt8]) throws(ProtocolViolation) -> [UInt8]? {
        guard remoteNonce.count == Self.nonceBytes else {
            throw ProtocolViolation("a nonce of \(remoteNonce.count) bytes instead of \(Self.nonceBytes)")
        }
        self.remoteNonce = remoteNonce
        turn = .waiting
        return end.role == .initiator ? ownStatement : nil
    }

    /// Accepts a proof of the remote peer.
    ///
    /// - Returns: The statement to check the proof against.
    mutating func receiveProof(ofLength count: Int) throws(ProtocolViolation) -> [UInt8] {
        guard turn == .waiting else { throw ProtocolViolation("a proof out of turn") }
        guard count == Self.proofBytes else {
            throw ProtocolViolation("a proof of \(count) bytes instead of \(Self.proofBytes)")
        }
        // From here on a second proof is a violation, so that a peer cannot try one secret after the other.
        turn = .judging
        return statement(of: end.role.opposite)
    }

    /// The statement that this peer proves.
    var ownStatement: [UInt8] { statement(of: end.role) }

    private func statement(of prover: ConnectionEnd.Role) -> [UInt8] {
        let isInitiator = end.role == .initiator
        return ProofStatement.bytes(
            prover: prover,
            initiatorNonce: isInitiator ? nonce : remoteNonce,
            acceptorNonce: isInitiator ? remoteNonce : nonce,
            medium: end.medium
        )
    }
}

/// The statement of a proof.
///
/// Different connections, directions and media have different statements.
enum ProofStatement {
    private static let label = "postern 1 proof"

    /// Returns five parts, each with its length in one byte in front of it.
    static func bytes(
        prover: ConnectionEnd.Role,
        initiatorNonce: [UInt8],
        acceptorNonce: [UInt8],
        medium: ConnectionEnd.Medium
    ) -> [UInt8] {
        let parts = [
            Array(label.utf8), Array(prover.rawValue.utf8), initiatorNonce, acceptorNonce, Array(medium.word.utf8),
        ]
        // With the lengths, no two lists of parts have the same bytes.
        return parts.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 }
    }
}

/// A step of the authentication, which the peer performs outside its state.
enum AuthenticationStep: Sendable {
    /// Compute the proof of a statement and send it.
    case prove([UInt8])
    /// Check a proof of the remote peer.
    case check(proof: Range<Int>, of: [UInt8])
}
