internal import PosternQueues
import Synchronization

/// The buffer of unread events of one subscriber.
///
/// Either the buffer is empty or the subscriber is not waiting. A full buffer drops its oldest events, so that a slow
/// subscriber never blocks the publisher; the next event that is read states the number of dropped ones. The
/// subscribers of a topic share the memory of its events.
final class SubscriptionBuffer: Sendable {
    typealias Waiter = Suspension<StreamItem?>

    private struct State {
        var items: Queue<StreamItem>
        /// The size of the unread events, in bytes of their encoding.
        var byteCount = 0
        var waiter: Waiter?
        var isEnded = false
        /// The number of events that were dropped since the last one was read.
        var dropped: UInt64 = 0

        mutating func take() -> StreamItem? {
            guard var item = items.take() else { return nil }
            byteCount -= item.payload.bytes.count
            item.lost = exchange(&dropped, with: 0)
            return item
        }

        /// Appends an event, and drops the oldest ones above the limits, but never the new one.
        mutating func append(_ item: StreamItem, capacity: Int, bytes: Int) {
            byteCount += item.payload.bytes.count
            while items.count >= capacity || byteCount > bytes, let oldest = items.take() {
                byteCount -= oldest.payload.bytes.count
                dropped += 1
            }
            items.append(item)
        }
    }

    private let state: Mutex<State>
    private let capacity: Int
    private let bytes: Int

    /// Creates a buffer with past events.
    ///
    /// - Parameters:
    ///   - past: The events to read first; there may be more than the capacity.
    ///   - capacity: The maximum number of unread events, at least 1.
    ///   - bytes: The maximum size of the unread events, in bytes of their encoding; a single one may be larger.
    init(past: [StreamItem], capacity: Int, bytes: Int = 32 << 20) {
        self.capacity = max(capacity, 1)
        self.bytes = bytes
        state = Mutex(State(items: Queue(past), byteCount: past.reduce(0) { $0 + $1.payload.bytes.count }))
    }

    /// Delivers an event to the waiting subscriber, or else appends it to the buffer.
    ///
    /// - Returns: The waiting subscriber, which the caller must resume with the event.
    func push(_ item: StreamItem) -> Waiter? {
        state.withLock { state in
            if let waiter = state.waiter.take() { return waiter }
            guard !state.isEnded else { return nil }
            state.append(item, capacity: capacity, bytes: bytes)
            return nil
        }
    }

    /// Ends the subscription; buffered events can still be read.
    func end() {
        let waiter = state.withLock { state in
            state.isEnded = true
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }

    /// Waits for the next event, and returns it, or `nil` if the subscription has ended or another reader waits.
    func next() async -> StreamItem? {
        await Suspension.wait { continuation in
            let (item, mustWait) = state.withLock { state in
                if let item = state.take() { return (item as StreamItem?, false) }
                // The buffer has one reader; a second one would overwrite the continuation of the first.
                if state.isEnded || state.waiter != nil { return (nil, false) }
                state.waiter = continuation
                return (nil, true)
            }
            // Resumed after the lock is released, because the reader may continue on this thread.
            if !mustWait { continuation.resume(returning: item) }
        }
    }
}
