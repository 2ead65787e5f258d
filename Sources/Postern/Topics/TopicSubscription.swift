/// One reader of a topic: past events first where they were asked for, then live ones, without a hole between.
///
/// When its buffer overflows, the oldest events in it are dropped, and ``StreamItem/lost`` of the next one says how many.
/// It ends when the task that reads is cancelled, when the topic is closed, and when the last copy of it goes away.
package struct TopicSubscription: AsyncSequence, Sendable {
    /// The place before the first event that it delivers.
    package let position: StreamPosition
    /// Whether it goes on exactly where it was asked to; `true` when it was not asked to go on anywhere.
    package let isRecovered: Bool
    let lease: Lease

    /// Starts reading; a subscription has one reader at a time, a second one that waits gets nil.
    package func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    /// Leaves the topic; events that wait are still delivered.
    package func cancel() { lease.end() }

    /// The events as the answer to a call, in another encoding where that is asked for.
    package func replyStream(as codec: any PayloadCodec.Type = MessagePack.self) -> ReplyStream {
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

    /// Reads a subscription, event by event.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let lease: Lease

        /// The next event, `nil` at the end.
        package mutating func next() async -> StreamItem? { await lease.next() }

        /// The next event, `nil` at the end; runs where the caller runs.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> StreamItem? {
            await lease.next()
        }
    }
}

extension TopicSubscription {
    /// Keeps a subscription in its topic for as long as anybody holds it.
    final class Lease: Sendable {
        private let buffer: SubscriptionBuffer
        private let leave: @Sendable () -> Void

        init(buffer: SubscriptionBuffer, leave: @escaping @Sendable () -> Void) {
            self.buffer = buffer
            self.leave = leave
        }

        deinit { leave() }

        /// The next event; `nil` at the end.
        ///
        /// Cancelling the task ends the subscription.
        func next() async -> StreamItem? {
            await withTaskCancellationHandler {
                await buffer.next()
            } onCancel: {
                end()
            }
        }

        func end() {
            leave()
            buffer.end()
        }
    }
}
