import Postern
import Synchronization

/// A counter, with a limit, of the calls of all clients that wait for a thread and have not begun.
final class QueuedCallCounter: Sendable {
    private let total = Atomic(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// The current number.
    var count: Int { total.load(ordering: .relaxed) }

    /// Adds one call.
    ///
    /// - Throws: `.busy` above the limit.
    func add() throws(CallError) {
        // Relaxed: the number guards no other memory. It is added first and compared then, so that concurrent callers
        // cannot exceed the limit together.
        guard total.wrappingAdd(1, ordering: .relaxed).newValue > limit else { return }
        remove()
        throw CallError(.busy, "Too many calls wait for a thread", ran: .no)
    }

    /// Removes calls that have begun, or whose client has disconnected.
    func remove(_ number: Int = 1) { total.wrappingSubtract(number, ordering: .relaxed) }
}
