import Synchronization

/// The number of bytes that all clients of a process make it hold, with the budget of the process.
///
/// Above three quarters of the budget, connections that hold more than their share are refused. Above the budget, the
/// connection that holds most is cut. The share is half of the budget divided by the number of connections that hold
/// at least ``step``, so that the short calls of other clients do not fail. The connections of one address are refused
/// above half of the budget, however little others hold.
package final class MemoryLedger: Sendable {
    /// The ledger of this process, with the default budget until ``setBudget(_:)`` is called.
    package static let process = {
        MemoryTrim.limitHeaps()
        return MemoryLedger(budget: MemoryBudget.ofProcess)
    }()

    /// The number of bytes up to which a connection counts for itself, and which it is always served.
    package static var step: Int { 64 << 10 }

    private let limit: Atomic<Int>
    private let total = Atomic(0)
    /// The bytes of large results that are on their way to a loop, and of events that clients share.
    let inTransit = Atomic(0)
    private let holderCount = Atomic(0)
    /// The connections that hold at least a step.
    private let holders = Mutex<[ObjectIdentifier: MemoryHolder]>([:])
    /// What the connections of each limited address hold; locked only when a connection holds a step more or less.
    private let addresses = Mutex(MemoryByAddress())
    private let connectionRefusals = Atomic(0)
    private let processRefusals = Atomic(0)
    private let addressRefusals = Atomic(0)
    private let cuts = Atomic(0)
    private let drops: MemoryDrops

    /// Creates a ledger.
    ///
    /// - Parameters:
    ///   - budget: The budget of the process, in bytes.
    ///   - onDrop: A function that returns freed memory to the system, called after many bytes were released.
    package init(budget: Int, onDrop: @escaping @Sendable () -> Void = MemoryTrim.schedule) {
        limit = Atomic(budget)
        drops = MemoryDrops(onDrop)
    }

    /// The budget of the process, in bytes.
    package var budget: Int { limit.load(ordering: .relaxed) }

    /// Changes the budget of the process.
    package func setBudget(_ bytes: Int) { limit.store(bytes, ordering: .relaxed) }

    /// Whether so much is held that connections with more than their share are refused.
    package var isShort: Bool { held > threshold }

    /// The number of bytes that the ledger knows of.
    var held: Int { total.load(ordering: .relaxed) + inTransit.load(ordering: .relaxed) }

    /// Less than the budget, since arrays that grow leave free memory behind, which the ledger does not count.
    var threshold: Int { budget / 4 * 3 }

    /// Returns why a connection may not hold `bytes` more, and `holding` together; `nil` if it may.
    func refusal(for bytes: Int, ofHolderWith holding: Int, at address: MemoryAddress?) -> MemoryRefusal? {
        if held + bytes > threshold, holding > share { return .processFull }
        // A step is served in any case, so that an address with many clients can always make short calls.
        guard let address, holding > Self.step else { return nil }
        return held(by: address) + bytes <= budget / 2 ? nil : .addressFull
    }

    /// Returns the number of bytes that the connections of an address hold, in whole steps of each.
    func held(by address: MemoryAddress) -> Int { addresses.withLock { $0[address] } }

    private var share: Int {
        max(Self.step, budget / (2 * max(1, holderCount.load(ordering: .relaxed))))
    }

    /// Counts a refusal.
    func countRefusal(_ refusal: MemoryRefusal) {
        switch refusal {
        case .connectionFull: connectionRefusals.wrappingAdd(1, ordering: .relaxed)
        case .processFull: processRefusals.wrappingAdd(1, ordering: .relaxed)
        case .addressFull: addressRefusals.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// Notes memory that was freed without having been counted, which is then returned to the system.
    package func noteFreed(_ bytes: Int) { drops.noteFreed(bytes) }

    /// Changes the number of bytes of a connection, and cuts the largest holder if the budget is exceeded.
    func change(_ holder: MemoryHolder, at address: MemoryAddress?, from before: Int, by difference: Int) {
        // Relaxed: the numbers guard no other memory.
        holder.bytes.store(before + difference, ordering: .relaxed)
        if before == 0 || before + difference == 0 { register(holder, before == 0) }
        if let address { addresses.withLock { $0.add(difference, to: address) } }
        drops.note(total.wrappingAdd(difference, ordering: .relaxed).newValue)
        if difference > 0 { cutIfExceeded() }
    }

    /// Counts the bytes of a connection for another address.
    func move(_ bytes: Int, from address: MemoryAddress?, to other: MemoryAddress?) {
        addresses.withLock { addresses in
            if let address { addresses.add(-bytes, to: address) }
            if let other { addresses.add(bytes, to: other) }
        }
    }

    private func register(_ holder: MemoryHolder, _ isNew: Bool) {
        let count = holders.withLock { holders in
            holders[ObjectIdentifier(holder)] = isNew ? holder : nil
            return holders.count
        }
        holderCount.store(count, ordering: .relaxed)
    }

    /// Cuts the largest holder if the budget is exceeded.
    func cutIfExceeded() { if held > budget { cutLargest() } }

    private func cutLargest() {
        let largest = holders.withLock { holders -> MemoryHolder? in
            // The bytes of connections that are being cut are released soon.
            var (rest, largest) = (0, MemoryHolder?.none)
            for holder in holders.values where !holder.isBeingCut {
                let bytes = holder.bytes.load(ordering: .relaxed)
                rest += bytes
                if bytes > largest?.bytes.load(ordering: .relaxed) ?? 0 { largest = holder }
            }
            guard rest + inTransit.load(ordering: .relaxed) > budget else { return nil }
            largest?.markCut()
            return largest
        }
        guard let largest else { return }
        cuts.wrappingAdd(1, ordering: .relaxed)
        // Without the lock: the connection may release its bytes at once.
        largest.cut()
    }

    /// The numbers of the ledger now.
    package var counts: MemoryCounts {
        let largest = holders.withLock { $0.values.map { $0.bytes.load(ordering: .relaxed) }.max() ?? 0 }
        return MemoryCounts(
            budget: budget,
            held: held,
            holders: holderCount.load(ordering: .relaxed),
            largest: largest,
            refusedByConnection: connectionRefusals.load(ordering: .relaxed),
            refusedByProcess: processRefusals.load(ordering: .relaxed),
            refusedByAddress: addressRefusals.load(ordering: .relaxed),
            cut: cuts.load(ordering: .relaxed)
        )
    }
}

/// The numbers of a ledger, under the names that `rpc.status` has for them.
package struct MemoryCounts: Encodable, Hashable, Sendable {
    /// The budget of the process, in bytes.
    package var budget = 0
    /// The number of bytes that all connections hold, in whole steps of each, with large results on their way to a loop
    /// and shared events.
    package var held = 0
    /// The number of connections that hold at least ``MemoryLedger/step``.
    package var holders = 0
    /// The number of bytes that the largest holder has.
    package var largest = 0
    /// The number of refusals because of the budget of a connection.
    package var refusedByConnection = 0
    /// The number of refusals because of the budget of the process.
    package var refusedByProcess = 0
    /// The number of refusals because of the budget of an address.
    package var refusedByAddress = 0
    /// The number of connections that were cut because of the budget of the process.
    package var cut = 0
}
