import Glibc
import Synchronization

/// Returns freed memory to the system.
///
/// The allocator of glibc keeps what is freed in the middle of its heaps, for later allocations.
package enum MemoryTrim {
    private static let isScheduled = Atomic(false)
    /// The time after a drop, in which what was released together is freed, and the shortest time between two trims.
    private static let delay = Duration.milliseconds(500)

    /// Trims the heaps in a moment, on a thread of the global executor.
    @Sendable package static func schedule() {
        guard !isScheduled.exchange(true, ordering: .relaxed) else { return }
        Task.detached(priority: .utility) {
            try? await Task.sleep(for: delay)
            isScheduled.store(false, ordering: .relaxed)
            trim()
        }
    }

    private static func trim() {
        // The module Glibc does not have the function, which is an extension of glibc: other libraries have none.
        guard let symbol = unsafe dlsym(nil, "malloc_trim") else { return }
        typealias Trim = @convention(c) (Int) -> CInt
        _ = unsafe unsafeBitCast(symbol, to: Trim.self)(0)
    }
}
