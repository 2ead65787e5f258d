@testable import Postern
import Testing

struct NamedReferencesTests {
    @Test
    func eachIsNamedOnce() {
        var named = NamedReferences<Thing>()
        let thing = Thing()
        #expect(named.lend(7) && named.lend(3) && !named.lend(7))
        for number: UInt64 in [9, 2, 9] { named.giveBack(thing, number) }
        #expect(named.numbers == ReferenceNumbers(lent: [7, 3], returned: [9, 2]))
    }

    @Test
    func whatGoesHomeIsKeptUntilTheMessageGoes() {
        var named = NamedReferences<Thing>()
        var thing: Thing? = Thing()
        weak let kept = thing
        if let thing { named.giveBack(thing, 1) }
        thing = nil
        #expect(kept != nil)
        named = NamedReferences()
        #expect(kept == nil)
    }
}
