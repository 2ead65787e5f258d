/// A way for both ends of a connection to prove who they are: a shared secret.
///
/// The core says what is proven and when, and this computes it; so the core knows no cryptography.
public protocol Authentication: Sendable {
    /// Makes a number that is never used twice: 16 random bytes.
    func makeNonce() -> [UInt8]

    /// Computes the proof of a statement: 32 bytes that nobody makes who does not know the secret.
    func proof(of statement: [UInt8]) -> [UInt8]

    /// Whether a proof is that of a statement; takes as long for a wrong one as for a right one.
    func accepts(_ proof: [UInt8], of statement: [UInt8]) -> Bool
}

/// How one end of a connection proves itself, and checks the other.
public struct PeerAuthentication: Sendable {
    let method: any Authentication
    let end: ConnectionEnd

    /// Names the way, and the end that goes it.
    ///
    /// - Parameters:
    ///   - method: Makes and checks proofs; both ends need the same secret.
    ///   - end: Which end of what kind of connection this is.
    public init(_ method: any Authentication, at end: ConnectionEnd) {
        self.method = method
        self.end = end
    }
}
