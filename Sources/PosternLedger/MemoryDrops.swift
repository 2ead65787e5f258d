import Synchronization

/// Finds when many bytes have been released since the last maximum.
struct MemoryDrops: ~Copyable, Sendable {
    /// The number of released bytes after which memory is returned to the system.
    static let bytes = 8 << 20

    private let peak = Atomic(0)
    private let uncounted = Atomic(0)
    private let onDrop: @Sendable () -> Void

    init(_ onDrop: @escaping @Sendable () -> Void) { self.onDrop = onDrop }

    /// Records the number of bytes held now.
    func note(_ held: Int) {
        let last = peak.max(held, ordering: .relaxed).newValue
        guard last - held >= Self.bytes else { return }
        // The maximum begins anew; of two threads that come here, one goes on.
        let isFirst = peak.compareExchange(expected: last, desired: held, ordering: .relaxed).exchanged
        if isFirst { onDrop() }
    }

    /// Records bytes that were freed without having been counted as held.
    func noteFreed(_ bytes: Int) {
        guard uncounted.wrappingAdd(bytes, ordering: .relaxed).newValue >= Self.bytes else { return }
        // Of two threads that come here, one finds the sum.
        if uncounted.exchange(0, ordering: .relaxed) >= Self.bytes { onDrop() }
    }
}
