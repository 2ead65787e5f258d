import Synchronization

/// The events that wait for one subscriber, and the subscriber when it waits for events.
///
/// A full buffer drops its oldest event, so the publisher never waits; the next event that is read says how many.
final class SubscriptionBuffer: Sendable {
    typealias Waiter = Suspension<StreamItem?>

    private struct State {
        var items: Queue<StreamItem>
        var waiter: Waiter?
        var isEnded = false
        /// How many events were dropped since the last one was taken.
        var dropped: UInt64 = 0

        mutating func take() -> StreamItem? {
            guard var item = items.take() else { return nil }
            item.lost = exchange(&dropped, with: 0)
            return item
        }
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// Makes a buffer that begins with past events, however many, and then holds as many as its capacity.
    init(past: [StreamItem], capacity: Int) {
        self.capacity = max(capacity, 1)
        state = Mutex(State(items: Queue(past)))
    }

    /// Hands over an event: to the waiting subscriber, who is then to be resumed by the caller, or to the buffer.
    func push(_ item: StreamItem) -> Waiter? {
        state.withLock { state in
            if let waiter = state.waiter.take() { return waiter }
            guard !state.isEnded else { return nil }
            if state.items.count >= capacity, state.items.take() != nil { state.dropped += 1 }
            state.items.append(item)
            return nil
        }
    }

    /// Ends the subscription; what waits in the buffer can still be read.
    func end() {
        let waiter = state.withLock { state in
            state.isEnded = true
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }

    /// The next event; `nil` when the subscription has ended, or somebody waits already.
    func next() async -> StreamItem? {
        await Suspension.wait { continuation in
            let (item, mustWait) = state.withLock { state in
                if let item = state.take() { return (item as StreamItem?, false) }
                if state.isEnded || state.waiter != nil { return (nil, false) }
                state.waiter = continuation
                return (nil, true)
            }
            if !mustWait { continuation.resume(returning: item) }
        }
    }
}
