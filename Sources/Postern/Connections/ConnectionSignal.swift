/// Something that happened to a connection.
public enum ConnectionSignal: Sendable {
    /// A connection is open: both sides have said hello, and have proven themselves where they have to.
    ///
    /// Once for each connection, and before anything else of it.
    case connected(Peer)
    /// A connection has ended, for the reason that its peer gives too; once for each connection, and last.
    ///
    /// Of a server, and of a peer that connects again, only connections that were told of as connected end so.
    case disconnected(Peer, DisconnectReason)
    /// A server has not let a client in, or a peer that connects again was not let in and makes no more connections.
    case refused(DisconnectReason)
    /// So many signals were dropped here, because the reader had left too many unread.
    case missed(Int)
}

extension ConnectionSignal: CustomStringConvertible {
    /// What happened, without whom it happened to.
    public var description: String {
        switch self {
        case .connected: "connected"
        case .disconnected(_, let reason): "disconnected: \(reason.kind.word)"
        case .refused(let reason): "refused: \(reason.kind.word)"
        case .missed(let count): "missed \(count)"
        }
    }
}
