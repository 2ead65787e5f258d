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

/// The signals of connections, in order, for one reader.
///
/// Signals that come while nobody reads wait, at most `maximumUnread`; those that come then are dropped, and counted
/// in a ``ConnectionSignal/missed(_:)`` where they would have been. It ends when there are no more connections to tell
/// of, or the task that reads is cancelled.
public struct ConnectionSignals: AsyncSequence, Sendable {
    /// How many signals wait for their reader: 4,096.
    package static let maximumUnread = 4_096

    let buffer: SignalBuffer

    init(_ buffer: SignalBuffer) { self.buffer = buffer }

    /// Starts reading; what one iterator has read, no other reads.
    public func makeAsyncIterator() -> Iterator { Iterator(buffer: buffer) }

    /// Reads signal by signal.
    public struct Iterator: AsyncIteratorProtocol {
        let buffer: SignalBuffer

        /// Waits for the next signal; `nil` at the end.
        public mutating func next() async -> ConnectionSignal? { await buffer.next() }

        /// Waits for the next signal; where it runs does not matter.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> ConnectionSignal? {
            await buffer.next()
        }
    }
}
