@testable import Postern
import Testing

struct ImportTableTests {
    @Test
    func aNumberHasOneProxyAtATime() {
        var table = ImportTable<Thing>(limit: 10)
        #expect(receive(7, in: &table))
        let first = table.proxy(for: 7, .object) { Thing() }
        #expect(receive(7, in: &table))
        let second = table.proxy(for: 7, .object) { Thing() }
        #expect(second === first)
        let unknown = table.proxy(for: 8, .object) { Thing() }
        #expect(unknown == nil)
        #expect(table.entries[7]?.kind == .object)
        // Two holds of messages, and one of the proxy.
        for hold in 0..<3 {
            #expect(table.due.isEmpty, "hold \(hold)")
            table.endHold(7)
        }
        #expect(takeDue(of: &table) == [.init(number: 7, count: 2)])
        #expect(table.entries.isEmpty && table.due.isEmpty)
        _ = first
    }

    @Test
    func aFreedProxyDoesNotReleaseItsSuccessor() {
        var table = ImportTable<Thing>(limit: 10)
        #expect(receive(7, in: &table))
        do { _ = table.proxy(for: 7, .function) { Thing() } }
        let next = table.proxy(for: 7, .function) { Thing() }
        // The hold of the message, then that of the first proxy, whose end is reported late.
        table.endHold(7)
        table.endHold(7)
        #expect(table.due.isEmpty)
        table.endHold(7)
        #expect(takeDue(of: &table) == [.init(number: 7, count: 1)])
        _ = next
    }

    @Test
    func releasesAreDueInTheOrderOfTheLastHolds() {
        var table = ImportTable<Thing>(limit: 10)
        for number: UInt64 in 1...4 { #expect(receive(number, in: &table)) }
        for number: UInt64 in [3, 1, 2] { table.endHold(number) }
        #expect(takeDue(of: &table).map(\.number) == [3, 1, 2])
        table.endHold(3)
        #expect(table.due.isEmpty)
    }

    @Test
    func aFullTableRejectsANewNumber() {
        var table = ImportTable<Thing>(limit: 2)
        #expect(receive(1, in: &table) && receive(2, in: &table) && receive(1, in: &table))
        #expect(!receive(3, in: &table))
        table.removeAll()
        #expect(receive(3, in: &table))
    }

    private func receive(_ number: UInt64, in table: inout ImportTable<Thing>) -> Bool { table.receive(number) }

    private func takeDue(of table: inout ImportTable<Thing>) -> [ReferenceRelease] { table.takeDue() }
}
