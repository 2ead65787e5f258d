import Synchronization

/// A list that retains values until they are dropped.
package final class Shelf<Thing: Sendable>: Sendable {
    private let things = Mutex<[Thing]>([])

    /// Creates an empty list.
    package init() {}

    package var all: [Thing] { things.withLock { $0 } }

    package func put(_ thing: Thing) { things.withLock { $0.append(thing) } }

    /// Drops the first value, outside the lock.
    package func dropFirst() { _ = things.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    /// Drops all values, outside the lock.
    package func dropAll() {
        // Returned by the closure, as the release of a value may run code that uses this list.
        let dropped = things.withLock { things in
            defer { things = [] }
            return things
        }
        _ = dropped
    }
}
