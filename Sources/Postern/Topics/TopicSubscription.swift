import Synchronization

/// A subscription to a topic: requested past events, followed by new ones without a gap.
///
/// Above its limit the oldest unread events are dropped, and ``StreamItem/lost`` of the next one is their number. A
/// subscription ends when the reading task is cancelled, when the topic is closed, and when its last copy is freed.
package struct TopicSubscription: AsyncSequence, Sendable {
    /// The position before the first event of the subscription.
    package let position: StreamPosition
    /// Whether the subscription starts at the requested position; `true` if none was requested.
    package let isRecovered: Bool
    let lease: Lease

    /// Creates an iterator; while one waits for an event, others return `nil`.
    package func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    /// Ends the subscription; unread events are still delivered.
    package func cancel() { lease.end() }

    /// Returns the events as the reply to a call, transcoded to an encoding.
    package func replyStream(as codec: any PayloadCodec.Type = MessagePack.self) -> ReplyStream {
        // Captured by the stream, which thereby keeps the subscription alive.
        let lease = lease
        return ReplyStream(position: position) {
            { () async throws(CallError) in
                guard var item = await lease.next() else { return nil }
                do throws(PayloadError) { item.payload = try item.payload.transcoded(to: codec) } catch {
                    throw CallError(.internalError, "An event cannot be written as \(codec.name): \(error.message)")
                }
                return item
            }
        }
    }

    /// The iterator of a subscription.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let lease: Lease

        /// Returns the next event, or `nil` at the end.
        package mutating func next() async -> StreamItem? { await lease.next() }

        /// Returns the next event, or `nil` at the end, in the isolation of the caller.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> StreamItem? {
            await lease.next()
        }
    }
}

extension TopicSubscription {
    /// A token that unsubscribes from the topic when its last copy is freed.
    final class Lease: Sendable {
        private let topic: Topic
        let id: UInt64
        /// The maximum number of unread events.
        let capacity: Int
        /// The offset of the next event to read; guarded by the lock of the topic.
        let next: Atomic<UInt64>

        init(topic: Topic, id: UInt64, next: UInt64, capacity: Int) {
            self.topic = topic
            self.id = id
            self.capacity = capacity
            self.next = Atomic(next)
        }

        deinit { topic.remove(self) }

        /// Waits for the next event, and returns it, or `nil` at the end.
        ///
        /// Cancelling the current task ends the subscription.
        func next() async -> StreamItem? {
            await withTaskCancellationHandler {
                await topic.next(of: self)
            } onCancel: {
                end()
            }
        }

        /// Ends the subscription; unread events are still delivered.
        func end() { topic.end(self) }
    }
}
