/// Which end of a connection a peer is, and what carries the connection.
public struct ConnectionEnd: Hashable, Sendable {
    /// Who made the connection, and who took it.
    public enum Role: String, Sendable {
        /// The one who connected; proves itself first.
        case initiator
        /// The one who accepted; says nothing of the secret until the other end has proven itself.
        case acceptor

        /// The role of the other end.
        var opposite: Role { self == .initiator ? .acceptor : .initiator }
    }

    /// What carries a connection; open, so that a transport of your own has a word of its own.
    public struct Medium: Hashable, Sendable {
        /// The word that both ends use, at most 255 UTF-8 bytes.
        public let word: String

        /// Names a medium.
        public init(word: String) { self.word = word }

        /// A TCP connection.
        public static let tcp = Medium(word: "tcp")
        /// TLS over TCP.
        public static let tls = Medium(word: "tls")
        /// A Unix domain socket.
        public static let unix = Medium(word: "unix")
        /// Two peers in one process.
        public static let memory = Medium(word: "memory")
    }

    /// Who made the connection.
    public var role: Role
    /// What carries it.
    public var medium: Medium

    /// Describes one end.
    public init(_ role: Role, over medium: Medium) {
        self.role = role
        self.medium = medium
    }
}
