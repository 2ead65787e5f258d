import Postern
import Synchronization

/// The events of a tree of tasks, preceded by events that describe the tasks known at the beginning.
///
/// A sequence has one reader, which receives the events in order. When 256 events are waiting for it, tasks that write
/// output or report progress are suspended until it reads; the end of a task does not wait. The sequence is
/// unsubscribed when it and its iterators are released.
struct TaskEvents: AsyncSequence, Sendable {
    private let lease: TaskEventLease

    init(_ lease: TaskEventLease) { self.lease = lease }

    /// Creates the iterator; all iterators of a sequence consume the same events.
    func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    /// The iterator of the events.
    struct Iterator: AsyncIteratorProtocol {
        fileprivate let lease: TaskEventLease

        /// Waits for the next event; returns `nil` when the host has ended or the reading Swift task is cancelled.
        mutating func next() async -> TaskEvent? { await lease.buffer.next() }

        /// Waits for the next event, as `next()` does, on any actor.
        mutating func next(isolation actor: isolated (any Actor)?) async -> TaskEvent? { await next() }
    }
}

/// A token that unsubscribes a buffer of events when the last sequence or iterator of it is released.
final class TaskEventLease: Sendable {
    let buffer: TaskEventBuffer
    private let leave: @Sendable () -> Void

    init(_ buffer: TaskEventBuffer, leave: @escaping @Sendable () -> Void) {
        self.buffer = buffer
        self.leave = leave
    }

    deinit {
        buffer.end()
        leave()
    }
}

/// A queue of events for one reader, with back-pressure for their sources.
final class TaskEventBuffer: Sendable {
    private struct State {
        var events: [TaskEvent]
        /// The index of the first event that has not been read.
        var head = 0
        var hasEnded = false

        var count: Int { events.count - head }

        mutating func take() -> TaskEvent? {
            guard head < events.count else { return nil }
            defer { head += 1 }
            let event = events[head]
            // Compacts the array once half of it has been read, so that an event costs constant time on average. The
            // `defer` above increments `head` from -1 to 0.
            if 2 * head > events.count {
                events.removeSubrange(...head)
                head = -1
            }
            return event
        }
    }

    /// The number of waiting events at which sources are suspended.
    static let capacity = 256
    /// The interval at which a suspended source is checked for having ended.
    private static let checkInterval = Duration.milliseconds(50)

    private let state: Mutex<State>
    private let arrivals = WaitingTasks()
    private let suspendedSources = WaitingTasks()

    init(_ known: [TaskEvent]) { state = Mutex(State(events: known)) }

    /// Appends an event and wakes the reader.
    func put(_ event: TaskEvent) {
        state.withLock { state in
            if !state.hasEnded { state.events.append(event) }
        }
        arrivals.wakeAll()
    }

    /// Suspends a source until the queue has room, the reader has ended or `hasEnded` returns true.
    func waitForRoom(unless hasEnded: () -> Bool) async {
        while !hasRoom, !hasEnded(), !Task.isCancelled {
            let ticket = suspendedSources.makeTicket()
            // No notification reports the end of a process before it is waited for, so it is polled.
            let clock = Task {
                try? await Task.sleep(for: Self.checkInterval)
                suspendedSources.wake(ticket)
            }
            // The timer may fire before the wait begins; the condition checks the time too, so no wake-up is lost.
            let end = ContinuousClock.now + Self.checkInterval
            await suspendedSources.wait(ticket) { hasRoom || end <= .now }
            clock.cancel()
        }
    }

    /// Waits for the next event; returns `nil` after the end of the queue.
    func next() async -> TaskEvent? {
        while !Task.isCancelled {
            let (event, hasEnded) = state.withLock { ($0.take(), $0.hasEnded) }
            if let event {
                if hasRoom { suspendedSources.wakeAll() }
                return event
            }
            guard !hasEnded else { return nil }
            await arrivals.wait(arrivals.makeTicket()) { state.withLock { $0.count > 0 || $0.hasEnded } }
        }
        return nil
    }

    /// Ends the queue: events in it can still be read, new ones are discarded.
    func end() {
        state.withLock { $0.hasEnded = true }
        arrivals.wakeAll()
        suspendedSources.wakeAll()
    }

    private var hasRoom: Bool { state.withLock { $0.count < Self.capacity || $0.hasEnded } }
}
