public import Postern

extension ReconnectingPeer {
    /// Subscribes to a topic of the server, and again whenever the connection is lost.
    ///
    /// A new subscription continues where the last one ended: events that the server still has are delivered, and those
    /// that it has discarded are reported as a gap, as are events that arrived faster than they were read.
    ///
    /// - Parameters:
    ///   - topic: The path of the topic.
    ///   - item: The type of the events.
    /// - Returns: The events. Reading them waits for a connection without a time limit.
    public func subscribe<Item: Decodable & Sendable>(
        _ topic: String,
        of item: Item.Type = Item.self
    ) -> ReconnectingSubscription<Item> {
        ReconnectingSubscription(peer: self, topic: topic)
    }
}

/// The events of a topic, over one connection after another.
///
/// Each iterator is a separate subscription. It ends when the topic is closed, the ``ReconnectingPeer`` is stopped, or
/// the reading task is cancelled.
public struct ReconnectingSubscription<Item: Decodable & Sendable>: AsyncSequence, Sendable {
    /// An event, or a gap between events.
    public enum Element: Sendable {
        /// A published event.
        case event(Item)
        /// Events are missing before the next one: they arrived faster than they were read, or the server had discarded
        /// them before the connection was restored. `lost` is their number; `nil` when it is unknown because the topic
        /// has started again.
        case gap(lost: UInt64?)
    }

    fileprivate let peer: ReconnectingPeer
    fileprivate let topic: String

    /// Creates an iterator, which subscribes with its first read.
    public func makeAsyncIterator() -> Iterator { Iterator(peer: peer, topic: topic) }

    /// Reads the events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let peer: ReconnectingPeer
        fileprivate let topic: String
        private var connection: Peer?
        private var items: ReplyStream.Iterator?
        private var position: StreamPosition?
        /// The event after the gap that was returned last.
        private var held: StreamItem?

        fileprivate init(peer: ReconnectingPeer, topic: String) {
            self.peer = peer
            self.topic = topic
        }

        /// Waits for the next event or gap; returns `nil` at the end.
        ///
        /// - Throws: `CallError` when the server refuses the subscription, or an event has another type.
        public mutating func next() async throws(CallError) -> Element? {
            while true {
                do throws(CallError) {
                    if let item = held.take() { return .event(try item.payload.answer("event")) }
                    if items == nil {
                        connection = await peer.current.connection()
                        if let gap = try await open() { return gap }
                    }
                    guard let item = try await items?.next() else { return nil }
                    if let offset = item.offset { position?.offset = offset }
                    // An event that reports a loss becomes two elements: the gap now, the event next time.
                    guard item.lost == 0 else {
                        held = item
                        return .gap(lost: item.lost)
                    }
                    return .event(try item.payload.answer("event"))
                } catch {
                    guard error.code == .unavailable || error.code == .draining else { throw error }
                    items = nil
                    if let connection { try await peer.abandon(connection) }
                }
            }
        }

        /// Waits for the next event or gap; the isolation of the caller has no effect.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError) -> Element? {
            try await next()
        }

        /// Subscribes at the position where the last subscription ended; does nothing without a connection.
        ///
        /// - Returns: The gap since then; `nil` when no event is missing.
        private mutating func open() async throws(CallError) -> Element? {
            guard let connection else { return nil }
            let arguments =
                if let position {
                    try connection.encoded(
                        named: ["topic": topic, "epoch": position.epoch, "offset": position.offset]
                    )
                } else {
                    try connection.encoded(named: ["topic": topic])
                }
            guard case .stream(let stream) = try await connection.dispatch(Call("rpc/subscribe", arguments: arguments))
            else { throw CallError(.invalidRequest, "rpc/subscribe answers with one value", ran: .yes) }
            items = stream.makeAsyncIterator()
            // After the comparison below, which needs the old position.
            defer { position = stream.position }
            return Self.gap(from: position, to: stream.position)
        }

        private static func gap(from last: StreamPosition?, to start: StreamPosition?) -> Element? {
            guard let last, last != start else { return nil }
            guard let start, start.epoch == last.epoch, start.offset > last.offset else { return .gap(lost: nil) }
            return .gap(lost: start.offset - last.offset)
        }
    }
}

extension ReconnectingPeer {
    /// Prepares another attempt to subscribe after a failed one.
    ///
    /// A connection that is closing is retired. On any other one the server itself cannot reach the topic at the
    /// moment, so the next attempt follows after 200 ms.
    fileprivate func abandon(_ connection: Peer) async throws(CallError) {
        guard !connection.isOtherSideStopping, connection.isConnected else { return current.retire(connection) }
        do { try await Task.sleep(for: .milliseconds(200)) } catch {
            throw CallError(.cancelled, "The reader cancelled")
        }
    }
}
