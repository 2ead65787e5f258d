import Synchronization

/// A counter that all threads may use.
package final class Counter: Sendable {
    private let number = Atomic(0)

    /// Creates a counter that starts at 0.
    package init() {}

    package var value: Int { number.load(ordering: .sequentiallyConsistent) }

    package func increment() { number.add(1, ordering: .sequentiallyConsistent) }
}
