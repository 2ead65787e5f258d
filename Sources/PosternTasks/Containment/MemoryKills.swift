import Synchronization

/// The number of processes of this control group that the kernel has killed for lack of memory.
///
/// The kernel does not report which ones, so each kill is attributed to one child that was ended by SIGKILL.
package struct MemoryKills: Sendable {
    /// The number of kills that are attributed to a child.
    private static let claimed = Mutex(0)
    private static let file = MemoryKillFile.found

    private let count: Int

    /// The current number of kills.
    package static var now: MemoryKills { MemoryKills(count: file?.count ?? 0) }

    /// Attributes a kill to the child of the caller, if there is one.
    ///
    /// - Returns: Whether a kill was counted after this value was read that is not attributed to another child.
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
