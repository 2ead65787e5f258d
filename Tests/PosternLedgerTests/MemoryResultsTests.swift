import PosternLedger
import Testing

@Suite struct MemoryResultsTests {
    @Test func resultsAreRefusedAboveTheBudgetUntilOthersHaveArrived() {
        let ledger = MemoryLedger(budget: 4 << 20, onDrop: {})
        #expect((0..<5).map { _ in ledger.depart(1 << 20) } == [true, true, true, false, false])
        #expect(ledger.counts.refusedByProcess == 2)
        ledger.arrive(1 << 20)
        #expect(ledger.depart(1 << 20))
    }

    @Test func shortResultsAreNotCounted() {
        let ledger = MemoryLedger(budget: 1 << 20, onDrop: {})
        #expect((0..<100).allSatisfy { _ in ledger.depart(MemoryLedger.step) })
        #expect(!ledger.isShort)
    }

    @Test func whatIsHeldAndWhatIsInTransitHaveOneBudget() {
        let ledger = MemoryLedger(budget: 4 << 20, onDrop: {})
        let account = MemoryAccount(ledger, limit: 1 << 30, onCut: {})
        account.add(2 << 20, for: .output)
        #expect((0..<2).map { _ in ledger.depart(1 << 20) } == [true, false])
        account.set(0, for: .output)
        account.close()
        #expect(ledger.depart(2 << 20))
    }
}
