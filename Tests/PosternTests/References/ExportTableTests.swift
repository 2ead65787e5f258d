@testable import Postern
import PosternTestSupport
import Testing

struct ExportTableTests {
    private typealias Table = ExportTable<String, String>

    @Test
    func theSameThingKeepsItsNumberWhileItIsHeld() throws {
        var table = Table(limit: 10)
        let first = try export("tea", in: &table)
        #expect(try export("tea", in: &table) == first)
        #expect(table.entries[first]?.count == 2)
        #expect(outcome(of: table.release(first, 2)) == "ended tea")
        #expect(table.entries.isEmpty)
        #expect(try export("tea", in: &table) != first)
    }

    @Test("M11: a release that crosses a message does not remove the entry")
    func aReleaseThatCrossesAMessageFreesNothing() throws {
        var owner = Table(limit: 10)
        var holder = ImportTable<Thing>(limit: 10)
        let number = try export("tea", in: &owner)
        _ = holder.receive(number)
        // The holder releases the number while the owner sends it again.
        holder.endHold(number)
        #expect(try export("tea", in: &owner) == number)
        for release in holder.takeDue() {
            #expect(outcome(of: owner.release(release.number, release.count)) == "still held")
        }
        #expect(owner.target(of: number) == "tea")
        _ = holder.receive(number)
        holder.endHold(number)
        for release in holder.takeDue() {
            #expect(outcome(of: owner.release(release.number, release.count)) == "ended tea")
        }
        #expect(owner.entries.isEmpty && holder.entries.isEmpty)
    }

    @Test("M11: any order of sending and releasing ends with empty tables")
    func everyScheduleEndsEmpty() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            var owner = Table(limit: 4)
            var holder = ImportTable<Thing>(limit: 4)
            var there: [UInt64] = []
            var back: [ReferenceRelease] = []
            var held: [UInt64] = []
            for _ in 0..<50 {
                switch Int.random(in: 0..<4, using: &random) {
                case 0: there.append(try export("thing \(Int.random(in: 0..<3, using: &random))", in: &owner))
                case 1 where !there.isEmpty:
                    held.append(there[0])
                    _ = holder.receive(there.removeFirst())
                case 2 where !held.isEmpty:
                    holder.endHold(held.remove(at: Int.random(in: held.indices, using: &random)))
                    back += holder.takeDue()
                case 3 where !back.isEmpty:
                    let release = back.removeFirst()
                    let outcome = outcome(of: owner.release(release))
                    #expect(outcome == "still held" || outcome.hasPrefix("ended"))
                default: break
                }
                for number in holder.entries.keys { #expect(owner.target(of: number) != nil) }
            }
            for number in there { _ = holder.receive(number) }
            for number in there + held { holder.endHold(number) }
            for release in back + holder.takeDue() { _ = owner.release(release) }
            #expect(owner.entries.isEmpty && holder.entries.isEmpty)
        }
    }

    @Test
    func aMessageThatIsNotSentLeavesNoEntry() throws {
        var table = Table(limit: 1)
        let number = try #require(pin("tea", in: &table))
        #expect(pin("cake", in: &table) == nil)
        #expect(table.unpin(number)?.target == "tea")
        #expect(table.entries.isEmpty)
        #expect(pin("cake", in: &table) != nil)
    }

    @Test
    func anEntryReleasedDuringASendEndsWithItsMessage() throws {
        var table = Table(limit: 1)
        let number = try export("tea", in: &table)
        #expect(pin("tea", in: &table) == number)
        #expect(outcome(of: table.release(number, 1)) == "still held")
        #expect(table.unpin(number)?.target == "tea")
        #expect(table.entries.isEmpty)
    }

    @Test
    func theFirstMessageCreatesAnEntry() throws {
        var table = Table(limit: 1)
        var random = SystemRandomNumberGenerator()
        let first = try #require(table.pin("tea", "tea", using: &random))
        #expect(first.isFirst)
        #expect(table.pin("tea", "tea", using: &random) == .init(number: first.number, isFirst: false))
    }

    @Test
    func commitReturnsTargetsThatTheOtherSideDoesNotHold() throws {
        var table = Table(limit: 1)
        let number = try #require(pin("tea", in: &table))
        #expect(table.commit(number) == "tea")
        #expect(table.commit(number) == nil)
        #expect(outcome(of: table.release(number, 2)) == "still held")
        #expect(table.commit(number) == "tea")
    }

    @Test("M10: released twice, and more than is held")
    func invalidReleasesAreReported() throws {
        var table = Table(limit: 10)
        let number = try export("tea", in: &table)
        #expect(outcome(of: table.release(number, 2)) == "too much")
        #expect(outcome(of: table.release(number, .max)) == "too much")
        #expect(outcome(of: table.release(number, 1)) == "ended tea")
        #expect(outcome(of: table.release(number, 1)) == "unknown")
        #expect(outcome(of: table.release(0, 0)) == "unknown")
        // A reference that is being sent for the first time is not held yet.
        let pinned = try #require(pin("cake", in: &table))
        #expect(outcome(of: table.release(pinned, 0)) == "unknown")
    }

    private func pin(_ name: String, in table: inout Table) -> UInt64? {
        var random = SystemRandomNumberGenerator()
        return table.pin(name, name, using: &random)?.number
    }

    /// Exports a target by one message, and returns its number.
    private func export(_ name: String, in table: inout Table) throws -> UInt64 {
        let number = try #require(pin(name, in: &table))
        _ = table.commit(number)
        _ = table.unpin(number)
        return number
    }

    private func outcome(of release: Table.Release) -> String {
        switch release {
        case .stillHeld: "still held"
        case .ended(let target): "ended \(target)"
        case .unknown: "unknown"
        case .tooMuch: "too much"
        }
    }
}

extension ExportTable {
    fileprivate mutating func release(_ release: ReferenceRelease) -> Release {
        self.release(release.number, release.count)
    }
}

/// A target or a proxy of the tables.
final class Thing: Sendable {}
