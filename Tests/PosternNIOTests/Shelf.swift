import Synchronization

/// Retains values for a test until they are dropped.
final class Shelf<Thing: Sendable>: Sendable {
    private let things = Mutex<[Thing]>([])

    var all: [Thing] { things.withLock { $0 } }

    func put(_ thing: Thing) { things.withLock { $0.append(thing) } }

    /// Drops the first value, outside the lock.
    func dropFirst() { _ = things.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    func dropAll() {
        let dropped = things.withLock { things in
            defer { things = [] }
            return things
        }
        _ = dropped
    }
}

/// Yields until a condition holds; the time limit of the suite ends the wait otherwise.
func settle(_ condition: () -> Bool) async {
    while !condition(), !Task.isCancelled { await Task.yield() }
}
