/// An event in the life of a connection.
public enum ConnectionSignal: Sendable {
    /// A connection is open: both sides have sent their hello and, where required, have authenticated.
    ///
    /// The first signal of each connection.
    case connected(Peer)
    /// A connection has closed; the reason is also the ``Peer/disconnectReason`` of the peer.
    ///
    /// The last signal of each connection. Servers and reconnecting peers send it only for connections that they have
    /// reported as connected.
    case disconnected(Peer, DisconnectReason)
    /// A server has refused a client, or a reconnecting peer was refused and makes no further attempts.
    case refused(DisconnectReason)
    /// A number of signals were dropped at this point, because too many were unread.
    case missed(Int)
}

extension ConnectionSignal: CustomStringConvertible {
    /// The event and its reason, without the peer.
    public var description: String {
        switch self {
        case .connected: "connected"
        case .disconnected(_, let reason): "disconnected: \(reason.kind.word)"
        case .refused(let reason): "refused: \(reason.kind.word)"
        case .missed(let count): "missed \(count)"
        }
    }
}

/// A sequence of the signals of connections, in order, for one reader.
///
/// Up to 4,096 unread signals are buffered. Further ones are dropped, and counted by a ``ConnectionSignal/missed(_:)``
/// in their place. The sequence ends after the last connection of its source, or when the reading task is cancelled.
public struct ConnectionSignals: AsyncSequence, Sendable {
    /// The maximum number of unread signals.
    package static let maximumUnread = 4_096

    let buffer: SignalBuffer

    init(_ buffer: SignalBuffer) { self.buffer = buffer }

    /// Creates an iterator; each signal is delivered to one iterator only.
    public func makeAsyncIterator() -> Iterator { Iterator(buffer: buffer) }

    /// The iterator of a sequence of signals.
    public struct Iterator: AsyncIteratorProtocol {
        let buffer: SignalBuffer

        /// Waits for the next signal, and returns it, or `nil` at the end.
        public mutating func next() async -> ConnectionSignal? { await buffer.next() }

        /// Waits for the next signal in the isolation of an actor, and returns it, or `nil` at the end.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> ConnectionSignal? {
            await buffer.next()
        }
    }
}
