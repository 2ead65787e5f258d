import Postern
import Testing

@Suite struct MessagePackArgumentsTests {
    @Test func positionalAndNamedArgumentsAreFound() throws {
        #expect(try Packed(0x92, 1, 2, 0xc0).arguments(["a", "b"]) == [[1], [2]])
        #expect(try Packed(0xc0, 0x82, 0xa1, 0x62, 2, 0xa1, 0x61, 1).arguments(["a", "b"]) == [[1], [2]])
        #expect(try Packed(0x91, 1, 0x81, 0xa1, 0x62, 2).arguments(["a", "b"]) == [[1], [2]])
        #expect(try Packed(0x91, 1, 0xc0).arguments(["a", "b"]) == [[1], nil])
    }

    @Test func noArgumentsHaveThreeForms() throws {
        for packed in [Packed([]), Packed(0xc0, 0xc0), Packed(0x90, 0x80)] {
            #expect(try packed.arguments(["a"]) == [nil])
            #expect(try packed.rewrittenArguments() == [])
        }
    }

    @Test func mismatchedArgumentsAreRejected() {
        #expect(
            reason { () throws(PayloadError) in try Packed(0x92, 1, 2, 0xc0).arguments(["a"]) } == .unexpectedArgument
        )
        #expect(
            reason { () throws(PayloadError) in try Packed(0xc0, 0x81, 0xa1, 0x7a, 1).arguments(["a"]) }
                == .unexpectedArgument
        )
        #expect(
            reason { () throws(PayloadError) in try Packed(0x91, 1, 0x81, 0xa1, 0x61, 1).arguments(["a"]) }
                == .duplicateName
        )
        #expect(
            reason { () throws(PayloadError) in try Packed(0xc0, 0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 1).arguments(["a"]) }
                == .duplicateName
        )
        #expect(reason { () throws(PayloadError) in try Packed(0x91, 1).arguments(["a"]) } == .malformed)
        #expect(reason { () throws(PayloadError) in try Packed(0x91, 1, 0xc0, 0).arguments(["a"]) } == .malformed)
        #expect(reason { () throws(PayloadError) in try Packed(5, 0xc0).arguments(["a"]) } == .typeMismatch)
        #expect(reason { () throws(PayloadError) in try Packed(0xc0, 5).arguments(["a"]) } == .typeMismatch)
    }

    @Test func argumentsAreWrittenInTheFormThatIsRead() throws {
        for named in [false, true] {
            let bytes = Packed.writing { output in
                var mark = MessagePack.beginArguments(named: named, into: &output)
                for name in ["a", "b"] {
                    if named {
                        MessagePack.nextMember(named: name, &mark, into: &output)
                    } else {
                        MessagePack.nextElement(&mark, into: &output)
                    }
                    MessagePack.write(name, into: &output)
                }
                MessagePack.endArguments(mark, named: named, into: &output)
            }
            #expect(try Packed(bytes).arguments(["a", "b"]) == [[0xa1, 0x61], [0xa1, 0x62]])
            #expect(try Packed(bytes).rewrittenArguments() == bytes)
        }
    }

    @Test func positionalAndNamedArgumentsTogetherAreNotTranscoded() {
        var output: [UInt8] = [9]
        let mix: [UInt8] = [0x91, 1, 0x81, 0xa1, 0x62, 2]
        #expect(throws: PayloadError.self) {
            try MessagePack.transcodeArguments(mix.span, to: MessagePack.self, into: &output)
        }
        #expect(output == [9])
    }
}
