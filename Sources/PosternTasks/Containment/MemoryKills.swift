import Synchronization

/// The processes that the kernel has killed for want of memory in the control group of this one and its children.
package struct MemoryKills: Sendable {
    /// How many of the kills are known to be that of a child.
    private static let claimed = Mutex(0)
    private static let file = MemoryKillFile.found

    private let count: Int

    /// The kills until now.
    package static var now: MemoryKills { MemoryKills(count: file?.count ?? 0) }

    /// Whether a kill has happened since that is not yet that of another child, and is that of the caller's child now.
    func claimNext() -> Bool {
        let total = Self.file?.count ?? 0
        return Self.claimed.withLock { claimed in
            let start = max(claimed, count)
            guard total > start else { return false }
            claimed = start + 1
            return true
        }
    }
}
