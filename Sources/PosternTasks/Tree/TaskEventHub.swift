import Synchronization

/// Keeps the tree of tasks, and delivers its events to all readers.
final class TaskEventHub: Sendable {
    private struct State {
        var tree = TaskTree()
        var readers: [UInt64: TaskEventBuffer] = [:]
        var lastReader: UInt64 = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    deinit { end() }

    /// All known tasks, each after its parent.
    var tasks: [TaskSummary] { state.withLock { $0.tree.all } }

    func task(_ id: String) -> TaskSummary? { state.withLock { $0.tree[id] } }

    func descendants(of id: String) -> [TaskSummary] { state.withLock { $0.tree.descendants(of: id) } }

    func branch(of ancestor: String?, towards id: String) -> String? {
        state.withLock { $0.tree.branch(of: ancestor, towards: id) }
    }

    /// Records an event, and waits until no reader is slow, when the kind of the event permits that.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - hasEnded: Whether the source of the event has ended, so that it does not wait any longer.
    func publish(_ event: TaskEvent, unless hasEnded: () -> Bool) async {
        let readers = note(event)
        guard event.mayWait else { return }
        for reader in readers { await reader.waitForRoom(unless: hasEnded) }
    }

    /// Records an event that another process has sent, unless that process may not report it.
    func publish(_ event: TaskEvent, from sender: String, unless hasEnded: () -> Bool) async {
        var event = event
        if let value = event.value { event.show(value.presentable) }
        if state.withLock({ $0.tree.accepts(event, from: sender) }) { await publish(event, unless: hasEnded) }
    }

    /// Records an event without waiting, and returns the buffers of the readers.
    @discardableResult
    func note(_ event: TaskEvent) -> [TaskEventBuffer] {
        state.withLock { state in
            state.tree.apply(event)
            let readers = Array(state.readers.values)
            // Enqueued under the lock, so that all readers receive the events in the same order.
            for reader in readers { reader.put(event) }
            return readers
        }
    }

    /// Subscribes to the events from now on, preceded by events that describe the known tasks.
    func events() -> TaskEvents {
        state.withLock { state in
            let buffer = TaskEventBuffer(state.tree.all.flatMap(\.events))
            if state.hasEnded { buffer.end() }
            state.lastReader += 1
            let number = state.lastReader
            state.readers[number] = buffer
            // Weak: a reader that is not released must not keep the tree alive.
            return TaskEvents(
                TaskEventLease(buffer) { [weak self] in
                    self?.state.withLock { _ = $0.readers.removeValue(forKey: number) }
                }
            )
        }
    }

    /// Ends the sequences of all readers, after the events that are recorded.
    func end() {
        let readers = state.withLock { state in
            state.hasEnded = true
            return Array(state.readers.values)
        }
        for reader in readers { reader.end() }
    }
}

extension TaskSummary {
    /// The events from which the same summary results.
    var events: [TaskEvent] {
        var created = event(.created)
        created.name = name
        created.time = self.created
        created.process = process
        var events = [created]
        if let progress { events.append(event(.progress) { $0.value = progress }) }
        if let result { events.append(event(.result) { ($0.value, $0.isCut) = (result, isResultCut) }) }
        if let message { events.append(event(.failure) { ($0.message, $0.code) = (message, code) }) }
        if state != .wait { events.append(event(.state) { $0.state = state }) }
        if let exit { events.append(event(.exit) { $0.exit = exit }) }
        return events
    }

    private func event(_ kind: TaskEvent.Kind, _ change: (inout TaskEvent) -> Void = { _ in }) -> TaskEvent {
        var event = TaskEvent(kind, of: id, parent: parent)
        change(&event)
        return event
    }
}
