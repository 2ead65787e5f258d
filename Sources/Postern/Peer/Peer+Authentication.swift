extension Peer {
    /// Computes a step of the authentication; gives the reason when it fails.
    func authenticate(_ step: AuthenticationStep, _ bytes: [UInt8], _ replies: inout TurnReplies) -> DisconnectReason? {
        guard let authentication else { return nil }
        switch step {
        case .prove(let statement):
            let proof = authentication.proof(of: statement)
            changeInTurn { $0.prove(proof) }
            return nil
        case .check(let proof, let statement):
            let isProven = authentication.accepts(Array(bytes[proof]), of: statement)
            return perform(changeInTurn { $0.judge(isProven: isProven) }, bytes, nil, &replies)
        }
    }
}
