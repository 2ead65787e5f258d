internal import PosternQueues
import Synchronization

/// The buffer of unread events of one subscriber.
///
/// Either the buffer is empty or the subscriber is not waiting. A full buffer drops its oldest event, so that a slow
/// subscriber never blocks the publisher; the next event that is read states the number of dropped ones.
final class SubscriptionBuffer: Sendable {
    typealias Waiter = Suspension<StreamItem?>

    private struct State {
        var items: Queue<StreamItem>
        var waiter: Waiter?
        var isEnded = false
        /// The number of events that were dropped since the last one was read.
        var dropped: UInt64 = 0

        mutating func take() -> StreamItem? {
            guard var item = items.take() else { return nil }
            item.lost = exchange(&dropped, with: 0)
            return item
        }
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// Creates a buffer with past events.
    ///
    /// - Parameters:
    ///   - past: The events to read first; there may be more than the capacity.
    ///   - capacity: The maximum number of unread events, at least 1.
    init(past: [StreamItem], capacity: Int) {
        self.capacity = max(capacity, 1)
        state = Mutex(State(items: Queue(past)))
    }

    /// Delivers an event to the waiting subscriber, or else appends it to the buffer.
    ///
    /// - Returns: The waiting subscriber, which the caller must resume with the event.
    func push(_ item: StreamItem) -> Waiter? {
        state.withLock { state in
            if let waiter = state.waiter.take() { return waiter }
            guard !state.isEnded else { return nil }
            if state.items.count >= capacity, state.items.take() != nil { state.dropped += 1 }
            state.items.append(item)
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
