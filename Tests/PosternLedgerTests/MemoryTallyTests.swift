import Synchronization
import Testing

@testable import PosternLedger

/// The budgets of a connection and of the process.
@Suite struct MemoryTallyTests {
    private static let step = MemoryLedger.step

    private static func ledger(_ budget: Int) -> MemoryLedger { MemoryLedger(budget: budget, onDrop: {}) }

    private static func tally(_ ledger: MemoryLedger, limit: Int = 1 << 30) -> MemoryTally {
        MemoryTally(ledger, limit: limit, onCut: {})
    }

    @Test func kindsAreCountedApart() {
        var tally = Self.tally(Self.ledger(1 << 30))
        tally.add(5, for: .arguments)
        tally.add(7, for: .output)
        tally.release(2, of: .arguments)
        tally.set(1, for: .output)
        #expect(tally[.arguments] == 3)
        #expect(tally[.output] == 1)
        #expect(tally.held == 4)
    }

    @Test func theBudgetOfAConnectionIsExact() {
        let ledger = Self.ledger(1 << 30)
        var tally = Self.tally(ledger, limit: 100)
        #expect(tally.charge(100, for: .arguments) == nil)
        #expect(tally.charge(1, for: .responses) == .connectionFull)
        #expect(tally.held == 100)
        tally.release(1, of: .arguments)
        #expect(tally.charge(1, for: .responses) == nil)
        #expect(ledger.counts.refusedByConnection == 1)
    }

    @Test("What is certain to have room has it in a full ledger, and one byte more has not")
    func certainRoomIsExact() {
        let ledger = Self.ledger(Self.step)
        var (large, held) = (Self.tally(ledger), [0, 1, 700, Self.step - 1, Self.step, 3 * Self.step + 5])
        large.add(20 * Self.step, for: .output)
        held += [900, 1_000].map { $0 + Self.step }
        for limit in [1_000, Self.step, 1 << 30] {
            for bytes in held {
                var tally = Self.tally(ledger, limit: limit)
                tally.add(bytes, for: .arguments)
                let room = tally.certainRoom
                if room >= 0 { #expect(tally.refusal(for: room) == nil) }
                // A holder up to a step is served in any case.
                #expect(bytes + room < Self.step || tally.refusal(for: room + 1) != nil)
                tally.end()
            }
        }
    }

    @Test("The largest arguments for which there is room", arguments: [-1, 0, 7_167, 7_168, 7_170, 7_171, 65_535])
    func argumentsFit(room: Int) {
        let most = MemoryKind.arguments(in: room)
        #expect(most < 0 || MemoryKind.bytes(ofArguments: most) <= room)
        #expect(MemoryKind.bytes(ofArguments: most + 1) > room)
    }

    @Test func theLedgerIsChangedInSteps() {
        let ledger = Self.ledger(1 << 30)
        var tally = Self.tally(ledger)
        tally.add(Self.step - 1, for: .arguments)
        #expect(ledger.counts.held == 0)
        tally.add(1, for: .arguments)
        #expect(ledger.counts.held == Self.step)
        #expect(ledger.counts.holders == 1)
        tally.release(Self.step - 1, of: .arguments)
        #expect(ledger.counts.held == Self.step)
        tally.release(1, of: .arguments)
        #expect(ledger.counts == MemoryCounts(budget: 1 << 30))
    }

    /// Charges whose sum is exactly a step would otherwise be published without a question.
    @Test func shortChargesAreRefusedTooOnceTheyAreMany() {
        let ledger = Self.ledger(16 * Self.step)
        var (large, other) = (Self.tally(ledger), Self.tally(ledger))
        large.add(20 * Self.step, for: .output)
        var refusals: Set<MemoryRefusal?> = []
        for _ in 0..<(20 * 64) { refusals.insert(other.charge(1 << 10, for: .arguments)) }
        #expect(refusals == [nil, .processFull])
        #expect(other.held < 6 * Self.step)
    }

    @Test func theEndReleasesEverything() {
        let ledger = Self.ledger(1 << 30)
        var tally = Self.tally(ledger)
        for kind in MemoryKind.allCases { tally.add(Self.step + 1, for: kind) }
        tally.end()
        #expect(tally.held == 0)
        #expect(ledger.counts.held == 0)
        #expect(ledger.counts.holders == 0)
    }

    @Test func largeHoldersAreRefusedAndSmallOnesServed() {
        let ledger = Self.ledger(64 * Self.step)
        var (large, small) = (Self.tally(ledger), Self.tally(ledger))
        #expect(large.charge(48 * Self.step, for: .arguments) == nil)
        #expect(!ledger.isShort)
        // One more step is within what the ledger does not know, but not two.
        #expect(large.charge(2 * Self.step, for: .arguments) == .processFull)
        large.add(Self.step, for: .output)
        #expect(ledger.isShort)
        // Its share is half of the budget, as there is one holder besides it.
        #expect(small.charge(Self.step, for: .arguments) == nil)
        #expect(small.charge(100, for: .output) == nil)
        #expect(ledger.counts.refusedByProcess == 1)
    }

    @Test func theShareShrinksWithTheNumberOfHolders() {
        let ledger = Self.ledger(64 * Self.step)
        var holders = (0..<8).map { _ in Self.tally(ledger) }
        for index in holders.indices { #expect(holders[index].charge(6 * Self.step, for: .output) == nil) }
        // 64 / (2 * 8) steps are the share of each.
        #expect(holders[0].charge(2 * Self.step, for: .output) == .processFull)
        var late = Self.tally(ledger)
        #expect(late.charge(4 * Self.step, for: .output) == nil)
        #expect(late.charge(2 * Self.step, for: .output) == .processFull)
    }

    @Test func aStepIsServedHoweverMuchOthersHold() {
        let ledger = Self.ledger(4 * Self.step)
        var (large, small) = (Self.tally(ledger), Self.tally(ledger))
        large.add(100 * Self.step, for: .output)
        #expect(small.charge(Self.step, for: .arguments) == nil)
    }

    @Test func theLargestHolderIsCutAboveTheBudget() {
        let ledger = Self.ledger(10 * Self.step)
        let cut = Mutex<[String]>([])
        func tally(_ name: String) -> MemoryTally {
            MemoryTally(ledger, limit: 1 << 30) { cut.withLock { $0.append(name) } }
        }
        var (one, two, three) = (tally("one"), tally("two"), tally("three"))
        one.add(4 * Self.step, for: .output)
        two.add(5 * Self.step, for: .output)
        #expect(cut.withLock { $0 } == [])
        three.add(3 * Self.step, for: .output)
        #expect(cut.withLock { $0 } == ["two"])
        // What is being cut does not count any more, until the others exceed the budget by themselves.
        three.add(3 * Self.step, for: .output)
        #expect(cut.withLock { $0 } == ["two"])
        one.add(Self.step, for: .output)
        #expect(cut.withLock { $0 } == ["two", "three"])
        #expect(ledger.counts.cut == 2)
        #expect(ledger.counts.largest == 6 * Self.step)
    }

    @Test func anAccountThatIsFreedLeavesNothing() {
        let ledger = Self.ledger(1 << 30)
        do {
            let account = MemoryAccount(MemoryTally(ledger, limit: 1 << 30, onCut: {}))
            account.add(3 * Self.step, for: .input)
            #expect(ledger.counts.held == 3 * Self.step)
        }
        #expect(ledger.counts.held == 0)
    }

    @Test func theEndReleasesWhatIsCut() {
        final class Connection: Sendable {}
        var connection: Connection? = Connection()
        weak let released = connection
        var tally = MemoryTally(Self.ledger(1 << 30), limit: 1 << 30) { [connection] in _ = connection }
        tally.add(100 << 10, for: .arguments)
        connection = nil
        #expect(released != nil)
        tally.end()
        #expect(released == nil)
    }

    @Test func aLargeDropIsReportedOnce() {
        let drops = Atomic(0)
        let ledger = MemoryLedger(budget: 1 << 30) { drops.wrappingAdd(1, ordering: .relaxed) }
        var tally = Self.tally(ledger)
        tally.add(MemoryDrops.bytes, for: .output)
        tally.set(Self.step, for: .output)
        #expect(drops.load(ordering: .relaxed) == 0)
        tally.set(0, for: .output)
        #expect(drops.load(ordering: .relaxed) == 1)
        tally.add(MemoryDrops.bytes - Self.step, for: .output)
        tally.set(0, for: .output)
        #expect(drops.load(ordering: .relaxed) == 1)
    }
}
