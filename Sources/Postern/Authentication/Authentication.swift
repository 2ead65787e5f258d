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
package struct PeerAuthentication: Sendable {
    let method: any Authentication
    let end: ConnectionEnd

    /// Names the way, and the end that goes it.
    ///
    /// - Parameters:
    ///   - method: Makes and checks proofs; both ends need the same secret.
    ///   - end: Which end of what kind of connection this is.
    package init(_ method: any Authentication, at end: ConnectionEnd) {
        self.method = method
        self.end = end
    }
}

/// Which end of a connection a peer is, and what carries the connection.
package struct ConnectionEnd: Hashable, Sendable {
    /// Who made the connection, and who took it.
    package enum Role: String, Sendable {
        /// The one who connected; proves itself first.
        case initiator
        /// The one who accepted; says nothing of the secret until the other end has proven itself.
        case acceptor

        /// The role of the other end.
        var opposite: Role { self == .initiator ? .acceptor : .initiator }
    }

    /// What carries a connection; open, so that a transport of your own has a word of its own.
    package struct Medium: Hashable, Sendable {
        /// The word that both ends use, at most 255 UTF-8 bytes.
        package let word: String

        /// Names a medium.
        package init(word: String) { self.word = word }

        /// A TCP connection.
        package static let tcp = Medium(word: "tcp")
        /// TLS over TCP.
        package static let tls = Medium(word: "tls")
        /// A Unix domain socket.
        package static let unix = Medium(word: "unix")
        /// Two peers in one process.
        package static let memory = Medium(word: "memory")
    }

    /// Who made the connection.
    package var role: Role
    /// What carries it.
    package var medium: Medium

    /// Describes one end.
    package init(_ role: Role, over medium: Medium) {
        self.role = role
        self.medium = medium
    }
}
