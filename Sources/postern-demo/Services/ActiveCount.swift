import Synchronization

/// Counts what is running.
final class ActiveCount: Sendable {
    private let number = Atomic<Int>(0)

    /// How many members live now.
    var count: Int { number.load(ordering: .relaxed) }

    /// Counts one more, until the membership is let go.
    func join() -> Membership { Membership(of: self) }

    /// Counted for as long as it lives.
    final class Membership: Sendable {
        private let group: ActiveCount

        fileprivate init(of group: ActiveCount) {
            self.group = group
            group.number.add(1, ordering: .relaxed)
        }

        deinit { group.number.subtract(1, ordering: .relaxed) }
    }
}
