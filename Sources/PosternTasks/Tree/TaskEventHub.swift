import Synchronization

/// Keeps the tree of tasks, and hands what happens in it to everyone who reads its events.
final class TaskEventHub: Sendable {
    private struct State {
        var tree = TaskTree()
        var readers: [UInt64: TaskEventBuffer] = [:]
        var lastReader: UInt64 = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    deinit { end() }

    /// The tasks that are known, each behind its parent.
    var tasks: [TaskSummary] { state.withLock { $0.tree.all } }

    func task(_ id: String) -> TaskSummary? { state.withLock { $0.tree[id] } }

    func descendants(of id: String) -> [TaskSummary] { state.withLock { $0.tree.descendants(of: id) } }

    func branch(of ancestor: String?, towards id: String) -> String? {
        state.withLock { $0.tree.branch(of: ancestor, towards: id) }
    }

    /// Notes an event, and waits for readers that are slow where the event may wait, unless its source has ended.
    func publish(_ event: TaskEvent, unless hasEnded: () -> Bool) async {
        let readers = note(event)
        guard event.mayWait else { return }
        for reader in readers { await reader.waitForRoom(unless: hasEnded) }
    }

    /// Notes an event that another process reports, unless the task is none of its own.
    func publish(_ event: TaskEvent, from sender: String, unless hasEnded: () -> Bool) async {
        var event = event
        if let value = event.value { event.show(value.presentable) }
        if state.withLock({ $0.tree.accepts(event, from: sender) }) { await publish(event, unless: hasEnded) }
    }

    /// Notes an event without waiting.
    @discardableResult
    func note(_ event: TaskEvent) -> [TaskEventBuffer] {
        state.withLock { state in
            state.tree.apply(event)
            let readers = Array(state.readers.values)
            // Put under the lock, so that all readers have the same order.
            for reader in readers { reader.put(event) }
            return readers
        }
    }

    /// What happens from now on, behind the tasks that are known.
    func events() -> TaskEvents {
        state.withLock { state in
            let buffer = TaskEventBuffer(state.tree.all.flatMap(\.events))
            if state.hasEnded { buffer.end() }
            state.lastReader += 1
            let number = state.lastReader
            state.readers[number] = buffer
            return TaskEvents(
                TaskEventLease(buffer) { [weak self] in
                    self?.state.withLock { _ = $0.readers.removeValue(forKey: number) }
                }
            )
        }
    }

    /// Ends all readings, behind the events that are noted.
    func end() {
        let readers = state.withLock { state in
            state.hasEnded = true
            return Array(state.readers.values)
        }
        for reader in readers { reader.end() }
    }
}

extension TaskSummary {
    /// Events that lead to what is known.
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
