import Synchronization
import Testing

@testable import PosternLedger

@Suite struct MemoryResultsTests {
    @Test func resultsAreRefusedAboveTheBudgetUntilOthersHaveArrived() {
        let ledger = MemoryLedger(budget: 4 << 20, onDrop: {})
        let transit = MemoryTransit(ledger, limit: 1 << 30)
        let refusals = (0..<5).map { _ in transit.depart(1 << 20) }
        #expect(refusals == [nil, nil, nil, .processFull, .processFull])
        #expect(ledger.counts.refusedByProcess == 2)
        transit.arrive(1 << 20)
        #expect(transit.depart(1 << 20) == nil)
    }

    @Test func aConnectionIsRefusedAboveItsBudgetAndOthersAreNot() {
        let ledger = MemoryLedger(budget: 1 << 30, onDrop: {})
        let (first, second) = (MemoryTransit(ledger, limit: 2 << 20), MemoryTransit(ledger, limit: 2 << 20))
        #expect((0..<3).map { _ in first.depart(1 << 20) } == [nil, nil, .connectionFull])
        #expect(ledger.counts.refusedByConnection == 1)
        #expect(second.depart(1 << 20) == nil)
        #expect(ledger.counts.held == 3 << 20)
        first.arrive(1 << 20)
        #expect(first.depart(1 << 20) == nil)
    }

    @Test func aSingleResultIsAdmittedWhateverTheBudgetOfItsConnectionIs() {
        let transit = MemoryTransit(MemoryLedger(budget: 1 << 30, onDrop: {}), limit: 1 << 20)
        #expect(transit.depart(2 << 20) == nil)
        #expect(transit.depart(1 << 17) == .connectionFull)
    }

    @Test func theTextOfAResultIsCountedWhileItIsWritten() {
        let ledger = MemoryLedger(budget: 1 << 30, onDrop: {})
        let transit = MemoryTransit(ledger, limit: 3 << 20)
        #expect(transit.depart(1 << 20) == nil)
        transit.whileWriting(1 << 20) {
            #expect(ledger.counts.held == 2 << 20)
            #expect(transit.depart(2 << 20) == .connectionFull)
        }
        transit.arrive(1 << 20)
        #expect(ledger.counts.held == 0)
        #expect(transit.depart(2 << 20) == nil)
    }

    private final class Drops: Sendable {
        let count = Atomic(0)
    }

    @Test func memoryOfResultsIsReturnedAfterTheyHaveArrived() {
        let drops = Drops()
        let transit = MemoryTransit(
            MemoryLedger(budget: 1 << 30, onDrop: { drops.count.add(1, ordering: .relaxed) }),
            limit: 1 << 30
        )
        for _ in 0..<8 { #expect(transit.depart(1 << 20) == nil) }
        #expect(drops.count.load(ordering: .relaxed) == 0)
        for _ in 0..<8 { transit.arrive(1 << 20) }
        #expect(drops.count.load(ordering: .relaxed) == 1)
    }

    @Test func shortResultsAreNotCounted() {
        let ledger = MemoryLedger(budget: 1 << 20, onDrop: {})
        let transit = MemoryTransit(ledger, limit: 1 << 20)
        #expect((0..<100).allSatisfy { _ in transit.depart(MemoryLedger.step) == nil })
        #expect(!ledger.isShort)
    }

    @Test func whatIsHeldAndWhatIsInTransitHaveOneBudget() {
        let ledger = MemoryLedger(budget: 4 << 20, onDrop: {})
        let transit = MemoryTransit(ledger, limit: 1 << 30)
        let account = MemoryAccount(MemoryTally(ledger, limit: 1 << 30, onCut: {}))
        account.add(2 << 20, for: .output)
        #expect((0..<2).map { _ in transit.depart(1 << 20) } == [nil, .processFull])
        account.set(0, for: .output)
        account.close()
        #expect(transit.depart(2 << 20) == nil)
    }

    @Test func theLargestHolderIsCutForWhatIsInTransitToo() {
        let cuts = Atomic(0)
        let ledger = MemoryLedger(budget: 4 << 20, onDrop: {})
        let transit = MemoryTransit(ledger, limit: 1 << 30)
        let tally = MemoryTally(ledger, limit: 1 << 30) { cuts.wrappingAdd(1, ordering: .relaxed) }
        let account = MemoryAccount(tally)
        #expect(transit.depart(3 << 20) == nil)
        account.add(1 << 20, for: .output)
        #expect(cuts.load(ordering: .relaxed) == 0)
        account.add(1 << 20, for: .output)
        #expect(cuts.load(ordering: .relaxed) == 1)
        account.set(0, for: .output)
        account.close()
    }
}
