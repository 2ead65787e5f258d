import Testing

@testable import PosternLedger

/// The budget of an address, which is half of that of the process.
@Suite struct MemoryAddressTests {
    private static let step = MemoryLedger.step
    private static let one = MemoryAddress(1, isV4: true)
    private static let other = MemoryAddress(1, isV4: false)

    private let ledger = MemoryLedger(budget: 64 * step, onDrop: {})

    private func tally(_ address: MemoryAddress?) -> MemoryTally {
        MemoryTally(ledger, limit: 1 << 30, address: address, onCut: {})
    }

    @Test func anEntryIsRemovedWithItsLastByte() {
        var table = MemoryByAddress()
        table.add(5, to: Self.one)
        table.add(2, to: Self.other)
        table.add(-2, to: Self.one)
        #expect(table[Self.one] == 3 && table[Self.other] == 2 && table.count == 2)
        table.add(-3, to: Self.one)
        #expect(table[Self.one] == 0 && table.count == 1)
    }

    @Test func theConnectionsOfAnAddressHoldHalfTogether() {
        var (first, second, third) = (tally(Self.one), tally(Self.one), tally(Self.other))
        #expect(first.charge(20 * Self.step, for: .arguments) == nil)
        #expect(second.charge(12 * Self.step, for: .arguments) == nil)
        #expect(second.charge(Self.step, for: .arguments) == .addressFull)
        #expect(third.charge(10 * Self.step, for: .arguments) == nil)
        #expect(ledger.counts.refusedByAddress == 1 && ledger.counts.refusedByProcess == 0)
        first.release(5 * Self.step, of: .arguments)
        #expect(second.charge(Self.step, for: .arguments) == nil)
    }

    @Test func aStepOfEachConnectionIsServed() {
        var (large, small) = (tally(Self.one), tally(Self.one))
        large.add(40 * Self.step, for: .output)
        #expect(small.charge(Self.step, for: .arguments) == nil)
        #expect(small.charge(Self.step - 1, for: .arguments) == nil)
        #expect(small.charge(1, for: .arguments) == .addressFull)
    }

    @Test func clientsWithoutAnAddressAreNotLimited() {
        var tally = tally(nil)
        #expect(tally.charge(48 * Self.step, for: .arguments) == nil)
    }

    /// What is refused because of the process is not counted for the address.
    @Test func theBudgetOfTheProcessIsAskedFirst() {
        var (large, small) = (tally(nil), tally(Self.one))
        large.add(50 * Self.step, for: .output)
        #expect(small.charge(40 * Self.step, for: .arguments) == .processFull)
    }

    @Test func bytesMoveWithTheirConnection() {
        var tally = tally(Self.one)
        tally.add(3 * Self.step, for: .output)
        tally.move(to: Self.other)
        #expect(ledger.held(by: Self.one) == 0 && ledger.held(by: Self.other) == 3 * Self.step)
        tally.move(to: nil)
        tally.add(Self.step, for: .output)
        #expect(ledger.held(by: Self.other) == 0)
        tally.move(to: Self.one)
        #expect(ledger.held(by: Self.one) == 4 * Self.step)
        tally.end()
        #expect(ledger.held(by: Self.one) == 0)
    }
}
