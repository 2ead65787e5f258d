/// The order in which both ends prove themselves, as a pure state machine.
///
/// The initiator proves itself first. The acceptor checks that, and only then proves itself.
struct AuthenticationExchange: Sendable {
    /// Bytes of a nonce.
    static let nonceBytes = 16
    /// Bytes of a proof.
    static let proofBytes = 32

    private enum Turn {
        /// The other side's hello is missing.
        case greeting
        /// The other side is to prove itself.
        case waiting
        /// A proof of the other side is being checked, or was accepted.
        case judging
    }

    private let end: ConnectionEnd
    /// What the other side's proof has to be about; of this connection only.
    let nonce: [UInt8]
    private var remoteNonce: [UInt8] = []
    private var turn = Turn.greeting

    init(_ end: ConnectionEnd, nonce: [UInt8]) {
        self.end = end
        self.nonce = nonce
    }

    /// Whether this side proves itself second, and is open from then on.
    var endsWithOwnProof: Bool { end.role == .acceptor }

    /// Takes the nonce of the other side's hello; gives what this side has to prove now, if it is its turn.
    mutating func begin(remoteNonce: [UInt8]) throws(ProtocolViolation) -> [UInt8]? {
        guard remoteNonce.count == Self.nonceBytes else {
            throw ProtocolViolation("a nonce of \(remoteNonce.count) bytes instead of \(Self.nonceBytes)")
        }
        self.remoteNonce = remoteNonce
        turn = .waiting
        return end.role == .initiator ? ownStatement : nil
    }

    /// Takes a proof; gives what it has to prove.
    mutating func receiveProof(ofLength count: Int) throws(ProtocolViolation) -> [UInt8] {
        guard turn == .waiting else { throw ProtocolViolation("a proof out of turn") }
        guard count == Self.proofBytes else {
            throw ProtocolViolation("a proof of \(count) bytes instead of \(Self.proofBytes)")
        }
        turn = .judging
        return statement(of: end.role.opposite)
    }

    /// What this side proves.
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

/// What a proof is about; no two different connections, directions or media have the same bytes.
enum ProofStatement {
    private static let label = "postern 1 proof"

    /// Five parts, each behind its length in one byte.
    static func bytes(
        prover: ConnectionEnd.Role,
        initiatorNonce: [UInt8],
        acceptorNonce: [UInt8],
        medium: ConnectionEnd.Medium
    ) -> [UInt8] {
        let parts = [
            Array(label.utf8), Array(prover.rawValue.utf8), initiatorNonce, acceptorNonce, Array(medium.word.utf8),
        ]
        return parts.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 }
    }
}

/// What a peer has to compute for its authentication.
enum AuthenticationStep: Sendable {
    /// Prove a statement to the other side.
    case prove([UInt8])
    /// Check a proof of the other side.
    case check(proof: Range<Int>, of: [UInt8])
}
