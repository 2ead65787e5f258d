import Synchronization

/// A count of running activities.
final class ActiveCount: Sendable {
    private let number = Atomic<Int>(0)

    /// The current number of memberships.
    var count: Int { number.load(ordering: .relaxed) }

    /// Increments the count until the returned membership is released.
    func join() -> Membership { Membership(of: self) }

    /// A token that decrements the count when it is released.
    final class Membership: Sendable {
        private let group: ActiveCount

        fileprivate init(of group: ActiveCount) {
            self.group = group
            group.number.add(1, ordering: .relaxed)
        }

        deinit { group.number.subtract(1, ordering: .relaxed) }
    }
}
