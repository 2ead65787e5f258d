public import Postern

extension ReconnectingPeer {
    /// Reads a topic of the server, over one connection after another.
    ///
    /// After a cut it subscribes again where it was: what the server still has of the time between is delivered, and
    /// what it does not have is reported as a gap, as is what came faster than it was read.
    ///
    /// - Parameters:
    ///   - topic: Path of the topic.
    ///   - item: The type of the events.
    /// - Returns: The events; reading them waits for a connection as long as it takes.
    public func subscribe<Item: Decodable & Sendable>(
        _ topic: String,
        of item: Item.Type = Item.self
    ) -> ReconnectingSubscription<Item> {
        ReconnectingSubscription(peer: self, topic: topic)
    }
}

/// The events of a topic of a server that may go and come back.
///
/// Each reading is a subscription of its own. It ends when the topic is closed, the peer is stopped, or the task that
/// reads is cancelled.
public struct ReconnectingSubscription<Item: Decodable & Sendable>: AsyncSequence, Sendable {
    /// What a reader gets.
    public enum Element: Sendable {
        /// Something was published.
        case event(Item)
        /// Events are missing before the next one: they came faster than they were read, or the server had them no more
        /// after a cut. `lost` is their number; `nil` when the topic has begun anew, and the number is not known.
        case gap(lost: UInt64?)
    }

    fileprivate let peer: ReconnectingPeer
    fileprivate let topic: String

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(peer: peer, topic: topic) }

    /// Reads event by event.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let peer: ReconnectingPeer
        fileprivate let topic: String
        private var connection: Peer?
        private var items: ReplyStream.Iterator?
        private var position: StreamPosition?
        /// What follows the gap that was delivered last.
        private var held: StreamItem?

        fileprivate init(peer: ReconnectingPeer, topic: String) {
            self.peer = peer
            self.topic = topic
        }

        /// The next event, or a gap; `nil` at the end.
        ///
        /// - Throws: `CallError` when the server refuses the subscription, or an event is of another type.
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
                    guard item.lost == 0 else {
                        held = item
                        return .gap(lost: item.lost)
                    }
                    return .event(try item.payload.answer("event"))
                } catch {
                    guard error.code == .unavailable || error.code == .draining else { throw error }
                    items = nil
                    if let connection { try await peer.leave(connection) }
                }
            }
        }

        /// The next event; where it runs does not matter.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError) -> Element? {
            try await next()
        }

        /// Subscribes, from where an earlier subscription ended; not without a connection.
        ///
        /// - Returns: The gap, if something is missing in between.
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
    /// Keeps a subscription from a connection that takes no more calls; where it does, the topic cannot be reached from
    /// its server now, which is asked again a little later.
    fileprivate func leave(_ connection: Peer) async throws(CallError) {
        guard !connection.isOtherSideStopping, connection.isConnected else { return current.retire(connection) }
        do { try await Task.sleep(for: .milliseconds(200)) } catch {
            throw CallError(.cancelled, "The reader cancelled")
        }
    }
}
