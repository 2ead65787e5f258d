import Testing

@testable import LibWebSockets

@Suite struct SlotTableTests {
    @Test func entriesAreFoundUntilTheyAreRemoved() {
        var table = SlotTable<String>()
        let first = table.insert("first")
        let second = table.insert("second")
        #expect(table[first] == "first" && table[second] == "second" && table.count == 2)
        table.remove(first)
        #expect(table[first] == nil && table[second] == "second" && table.elements == ["second"] && table.count == 1)
    }

    @Test func identifiersAreNotReused() {
        var table = SlotTable<Int>()
        let old = table.insert(1)
        table.remove(old)
        let new = table.insert(2)
        #expect(new.index == old.index && new != old && table[old] == nil && table[new] == 2)
        table.remove(old)
        #expect(table[new] == 2 && table.count == 1)
    }

    @Test func zeroedMemoryIdentifiesNoEntry() {
        var table = SlotTable<Int>()
        _ = table.insert(1)
        #expect(table[SlotID()] == nil)
        table.remove(SlotID())
        #expect(table.count == 1)
    }

    @Test(arguments: [
        SlotID(index: 7, generation: 1), SlotID(index: .max, generation: 1), SlotID(index: 0, generation: 9),
    ])
    func unknownIdentifiersFindNothing(_ id: SlotID) {
        var table = SlotTable<Int>()
        _ = table.insert(1)
        #expect(table[id] == nil)
    }
}
