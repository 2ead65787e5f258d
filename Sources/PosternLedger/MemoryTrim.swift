import Glibc
import Synchronization

/// Returns freed memory to the system.
///
/// The allocator of glibc keeps what is freed in the middle of its heaps, for later allocations.
package enum MemoryTrim {
    private static let isScheduled = Atomic(false)
    /// The times between a drop and the trims after it.
    ///
    /// What was released is freed a moment later, and what handlers hold that the client no longer waits for still
    /// later. Drops between the trims cause no further ones, so that there are at most two in five seconds.
    private static let delays: [Duration] = [.milliseconds(500), .milliseconds(4_500)]

    /// Trims the heaps soon, on a thread of the global executor.
    @Sendable package static func schedule() {
        guard !isScheduled.exchange(true, ordering: .relaxed) else { return }
        Task.detached(priority: .utility) {
            for delay in delays {
                try? await Task.sleep(for: delay)
                trim()
            }
            isScheduled.store(false, ordering: .relaxed)
        }
    }

    /// Limits what each heap keeps at its end when memory is freed, which ``trim()`` returns for one heap only.
    ///
    /// By default glibc raises both thresholds to the largest blocks that are freed, up to 32 MiB, so that every thread
    /// may keep twice as much. Blocks of a mebibyte are mapped, and returned to the system when they are freed;
    /// messages of the usual sizes are smaller.
    static func limitHeaps() {
        // The module Glibc has neither function: both are extensions of glibc, and other libraries have none.
        guard let symbol = unsafe dlsym(nil, "mallopt") else { return }
        typealias Option = @convention(c) (CInt, CInt) -> CInt
        let option = unsafe unsafeBitCast(symbol, to: Option.self)
        _ = option(Self.mapThreshold, CInt(Self.mappedBytes))
        _ = option(Self.trimThreshold, CInt(Self.keptBytes))
    }

    private static func trim() {
        guard let symbol = unsafe dlsym(nil, "malloc_trim") else { return }
        typealias Trim = @convention(c) (Int) -> CInt
        _ = unsafe unsafeBitCast(symbol, to: Trim.self)(0)
    }

    /// The number of free bytes at the end of a heap that it keeps.
    private static let keptBytes = 4 << 20
    /// The size of a block that is mapped: smaller ones leave gaps in the heap of the thread that allocated them.
    private static let mappedBytes = 1 << 20
    /// The values of `M_TRIM_THRESHOLD` and `M_MMAP_THRESHOLD`.
    private static let trimThreshold: CInt = -1
    private static let mapThreshold: CInt = -3
}
