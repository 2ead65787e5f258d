import Postern
import Testing

@Suite struct MessagePackValidationTests {
    static let sample: [UInt8] = Packed.writing { output in
        var map = MessagePack.beginMap(into: &output)
        MessagePack.nextMember(named: "numbers", &map, into: &output)
        output += [0xdc, 0, 5, 1, 0xcc, 200, 0xcd, 1, 0, 0xd3, 0xff, 0, 0, 0, 0, 0, 0, 1, 0xca, 0, 0, 0, 0]
        MessagePack.nextMember(named: "bytes", &map, into: &output)
        MessagePack.write(bytes: [1, 2, 3].span, into: &output)
        MessagePack.nextMember(named: "time", &map, into: &output)
        output += [0xd6, 0xff, 0, 0, 0, 1]
        MessagePack.nextMember(named: "inner", &map, into: &output)
        output += [0xde, 0, 1, 0xa1, 0x78, 0xc3]
        MessagePack.endMap(map, into: &output)
    }

    @Test func aWholeSampleIsValid() throws {
        try Packed(Self.sample).validate()
        #expect(try Packed(Self.sample).end() == Self.sample.count)
    }

    @Test func aSampleCutAtAnyByteIsMalformed() {
        for length in 0..<Self.sample.count {
            let packed = Packed(Array(Self.sample[..<length]))
            #expect(reason { () throws(PayloadError) in try packed.validate() } == .malformed, "length \(length)")
            #expect(reason(packed.end) == .malformed, "length \(length)")
            #expect(reason(packed.members) == .malformed, "length \(length)")
            #expect(reason(packed.rewritten) == .malformed, "length \(length)")
        }
    }

    @Test(arguments: [[0xdd], [0xdf], [0xc6], [0xdb], [0xc9]] as [[UInt8]])
    func lengthsBeyondTheEndAreRejected(first: [UInt8]) {
        let packed = Packed(first + [0xff, 0xff, 0xff, 0xff, 0x01])
        #expect(reason { () throws(PayloadError) in try packed.validate() } == .malformed)
        #expect(reason(packed.end) == .malformed)
        #expect(reason(packed.elements) != nil)
        #expect(reason(packed.members) != nil)
        #expect(reason(packed.rawBytes) != nil)
        #expect(reason(packed.rewritten) == .malformed)
    }

    @Test func sixtyFourLevelsAreEnough() throws {
        let nested = { (depth: Int) in Packed([UInt8](repeating: 0x91, count: depth) + [0xc0]) }
        try nested(64).validate()
        #expect(try nested(64).rewritten() == nested(64).bytes)
        #expect(reason { () throws(PayloadError) in try nested(65).validate() } == .limitExceeded)
        #expect(reason(nested(65).rewritten) == .limitExceeded)
        #expect(reason { () throws(PayloadError) in try nested(4).validate(PayloadLimits(depth: 3)) } == .limitExceeded)
    }

    @Test func aMillionLevelsDoNotOverflowTheStack() throws {
        let packed = Packed([UInt8](repeating: 0x91, count: 1_000_000) + [0xc0])
        #expect(reason { () throws(PayloadError) in try packed.validate() } == .limitExceeded)
        #expect(reason(packed.rewritten) == .limitExceeded)
        #expect(try packed.end() == 1_000_001)
        #expect(try packed.elements().count == 1)
    }

    @Test func valuesAreCounted() throws {
        let many = { (count: Int) in Packed([0xdd] + bigEndian(count) + [UInt8](repeating: 0, count: count)) }
        try many(99_999).validate()
        #expect(reason { () throws(PayloadError) in try many(100_000).validate() } == .limitExceeded)
        #expect(reason(many(100_000).rewritten) == .limitExceeded)
    }

    @Test(arguments: [2, 16, 17, 1000])
    func aDuplicateNameIsRejected(count: Int) {
        let names = (0..<count - 1).map { "name\($0)" }
        for position in [0, count / 2, count - 2] where position < names.count {
            let packed = Packed(map(of: names + [names[position]]))
            #expect(reason { () throws(PayloadError) in try packed.validate() } == .duplicateName)
            #expect(reason(packed.members) == .duplicateName)
            #expect(reason(packed.rewritten) == .duplicateName)
        }
    }

    @Test func theSameNameInAnotherMapIsAccepted() throws {
        let inner = map(of: ["a", "b"])
        let outer: [UInt8] = [0x82, 0xa1, 0x61] + inner + [0xa1, 0x62] + inner
        try Packed(outer).validate()
        #expect(try Packed(outer).rewritten() == outer)
        let wrong: [UInt8] = [0x82, 0xa1, 0x61] + inner + [0xa1, 0x61] + inner
        #expect(reason { () throws(PayloadError) in try Packed(wrong).validate() } == .duplicateName)
    }

    @Test func namesMustBeStrings() {
        #expect(reason { () throws(PayloadError) in try Packed(0x81, 1, 2).validate() } == .typeMismatch)
        #expect(reason(Packed(0x81, 1, 2).rewritten) == .typeMismatch)
    }

    @Test func manyNamesAreCheckedQuickly() throws {
        let packed = Packed(map(of: (0..<49_000).map { "a name with a long common beginning \($0)" }))
        let time = try ContinuousClock().measure { try packed.validate() }
        // Comparing all pairs would take minutes.
        #expect(time < .seconds(20))
    }

    @Test func successiveValuesAreCounted() throws {
        try MessagePack.validate([1, 2, 0xc0].span, count: 3)
        try MessagePack.validate([1, 2, 0xc0].span, count: nil)
        try MessagePack.validate([UInt8]().span, count: nil)
        #expect(throws: PayloadError.self) { try MessagePack.validate([1, 2].span, count: 3) }
        #expect(throws: PayloadError.self) { try MessagePack.validate([1, 2].span, count: 1) }
    }

    private func map(of names: [String]) -> [UInt8] {
        Packed.writing { output in
            var mark = MessagePack.beginMap(into: &output)
            for name in names {
                MessagePack.nextMember(named: name, &mark, into: &output)
                MessagePack.writeNull(into: &output)
            }
            MessagePack.endMap(mark, into: &output)
        }
    }
}

private func bigEndian(_ count: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } }
