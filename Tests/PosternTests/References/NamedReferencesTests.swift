@testable import Postern
import Testing

struct NamedReferencesTests {
    @Test
    func aReferenceIsNamedOnce() {
        var named = NamedReferences<Thing>()
        let thing = Thing()
        #expect(named.addExported(7) && named.addExported(3) && !named.addExported(7))
        for number: UInt64 in [9, 2, 9] { named.addReturned(thing, number) }
        #expect(named.numbers == ReferenceNumbers(lent: [7, 3], returned: [9, 2]))
    }

    @Test
    func aReturnedProxyIsRetainedUntilTheMessageIsFreed() {
        var named = NamedReferences<Thing>()
        var thing: Thing? = Thing()
        weak let kept = thing
        if let thing { named.addReturned(thing, 1) }
        thing = nil
        #expect(kept != nil)
        named = NamedReferences()
        #expect(kept == nil)
    }
}
