/// A method by which two peers prove to each other that they know a secret.
///
/// The core determines what is proven and when, and leaves the cryptography to this protocol.
public protocol Authentication: Sendable {
    /// Returns a number that is never used twice: 16 random bytes.
    func makeNonce() -> [UInt8]

    /// Returns the proof of a statement: 32 bytes that cannot be computed without the secret.
    func proof(of statement: [UInt8]) -> [UInt8]

    /// Returns whether a proof is the proof of a statement. It must take the same time for every proof.
    func accepts(_ proof: [UInt8], of statement: [UInt8]) -> Bool
}

/// The authentication of one side of a connection.
package struct PeerAuthentication: Sendable {
    let method: any Authentication
    let end: ConnectionEnd

    /// Creates the authentication of one side.
    ///
    /// - Parameters:
    ///   - method: The method, which must use the same secret on both sides.
    ///   - end: The side, and the kind of connection.
    package init(_ method: any Authentication, at end: ConnectionEnd) {
        self.method = method
        self.end = end
    }
}

/// One side of a connection: its role, and the medium of the connection.
package struct ConnectionEnd: Hashable, Sendable {
    /// The role of a side.
    package enum Role: String, Sendable {
        /// The side that connected. It proves itself first.
        case initiator
        /// The side that accepted. It sends no proof before the other side has proven itself.
        case acceptor

        /// The role of the other side.
        var opposite: Role { self == .initiator ? .acceptor : .initiator }
    }

    /// The medium of a connection; a struct, so that further transports can have their own.
    package struct Medium: Hashable, Sendable {
        /// The word that both sides use in their statements, at most 255 UTF-8 bytes.
        package let word: String

        /// Creates a medium.
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

    /// The role of this side.
    package var role: Role
    /// The medium of the connection.
    package var medium: Medium

    /// Creates the description of one side.
    package init(_ role: Role, over medium: Medium) {
        self.role = role
        self.medium = medium
    }
}
