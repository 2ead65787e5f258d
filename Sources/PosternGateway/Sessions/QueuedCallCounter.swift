import Postern
import Synchronization

/// Counts the calls of all clients that wait for a thread and have not begun.
final class QueuedCallCounter: Sendable {
    private let total = Atomic(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// How many wait now.
    var count: Int { total.load(ordering: .relaxed) }

    /// Counts one more.
    ///
    /// - Throws: `.busy` when there are too many.
    func add() throws(CallError) {
        guard total.wrappingAdd(1, ordering: .relaxed).newValue > limit else { return }
        remove()
        throw CallError(.busy, "Too many calls wait for a thread", ran: .no)
    }

    /// Counts some less: they have begun, or their client has left.
    func remove(_ number: Int = 1) { total.wrappingSubtract(number, ordering: .relaxed) }
}
