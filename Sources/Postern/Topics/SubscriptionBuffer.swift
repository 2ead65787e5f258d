import Synchronization

/// The events that wait for one subscriber, and the subscriber when it waits for events.
///
/// A full buffer drops its oldest event, so the publisher never waits.
final class SubscriptionBuffer: Sendable {
    typealias Waiter = Suspension<StreamItem?>

    private struct State {
        var items: [StreamItem]
        var first = 0
        var waiter: Waiter?
        var isEnded = false

        var count: Int { items.count - first }

        mutating func takeFirst() -> StreamItem {
            let item = items[first]
            first += 1
            // Moving the rest down once in a while costs a constant time for each event.
            if first > items.count / 2 {
                items.removeFirst(first)
                first = 0
            }
            return item
        }
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// Makes a buffer that begins with past events, however many, and then holds as many as its capacity.
    init(past: [StreamItem], capacity: Int) {
        self.capacity = max(capacity, 1)
        state = Mutex(State(items: past))
    }

    /// Hands over an event: to the waiting subscriber, who is then to be resumed by the caller, or to the buffer.
    func push(_ item: StreamItem) -> Waiter? {
        state.withLock { state in
            if let waiter = state.waiter.take() { return waiter }
            guard !state.isEnded else { return nil }
            if state.count >= capacity { _ = state.takeFirst() }
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
                if state.count > 0 { return (state.takeFirst() as StreamItem?, false) }
                if state.isEnded || state.waiter != nil { return (nil, false) }
                state.waiter = continuation
                return (nil, true)
            }
            if !mustWait { continuation.resume(returning: item) }
        }
    }
}
