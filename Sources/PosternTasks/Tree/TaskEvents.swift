import Postern
import Synchronization

/// What happens in a tree of tasks, from the tasks that are known at its beginning on.
///
/// The known tasks come first, as if they had just been created and reached their states. One reader takes the events in
/// order; while it takes none, tasks that write or report wait after 256 of them. The end of a task waits for no reader. It
/// stops by leaving the loop.
struct TaskEvents: AsyncSequence, Sendable {
    private let lease: TaskEventLease

    init(_ lease: TaskEventLease) { self.lease = lease }

    /// Starts reading.
    func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    /// Reads the events, one by one.
    struct Iterator: AsyncIteratorProtocol {
        fileprivate let lease: TaskEventLease

        /// The next event; `nil` when the tree has ended, or the task that reads is cancelled.
        mutating func next() async -> TaskEvent? { await lease.buffer.next() }

        /// The next event; where it runs does not matter.
        mutating func next(isolation actor: isolated (any Actor)?) async -> TaskEvent? { await next() }
    }
}

/// Leaves the events when the last who could read them is released.
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

/// The events that wait for one reader.
final class TaskEventBuffer: Sendable {
    private struct State {
        var events: [TaskEvent]
        /// The index of the next one.
        var head = 0
        var hasEnded = false

        var count: Int { events.count - head }

        mutating func take() -> TaskEvent? {
            guard head < events.count else { return nil }
            defer { head += 1 }
            let event = events[head]
            if 2 * head > events.count {
                events.removeSubrange(...head)
                head = -1
            }
            return event
        }
    }

    /// Events behind which tasks that write or report wait.
    static let capacity = 256
    /// How long a source waits until it is asked whether it has ended.
    private static let patience = Duration.milliseconds(50)

    private let state: Mutex<State>
    private let arrivals = WaitingTasks()
    private let rooms = WaitingTasks()

    init(_ known: [TaskEvent]) { state = Mutex(State(events: known)) }

    func put(_ event: TaskEvent) {
        state.withLock { state in
            if !state.hasEnded { state.events.append(event) }
        }
        arrivals.wakeAll()
    }

    /// Waits until the reader has taken enough, or reads no more, or the source of the events has ended.
    func waitForRoom(unless hasEnded: () -> Bool) async {
        while !hasRoom, !hasEnded(), !Task.isCancelled {
            let ticket = rooms.makeTicket()
            // The end of a process can only be asked for.
            let clock = Task {
                try? await Task.sleep(for: Self.patience)
                rooms.wake(ticket)
            }
            // The clock may be faster than the wait.
            let end = ContinuousClock.now + Self.patience
            await rooms.wait(ticket) { hasRoom || end <= .now }
            clock.cancel()
        }
    }

    func next() async -> TaskEvent? {
        while !Task.isCancelled {
            let (event, hasEnded) = state.withLock { ($0.take(), $0.hasEnded) }
            if let event {
                if hasRoom { rooms.wakeAll() }
                return event
            }
            guard !hasEnded else { return nil }
            await arrivals.wait(arrivals.makeTicket()) { state.withLock { $0.count > 0 || $0.hasEnded } }
        }
        return nil
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        arrivals.wakeAll()
        rooms.wakeAll()
    }

    private var hasRoom: Bool { state.withLock { $0.count < Self.capacity || $0.hasEnded } }
}
