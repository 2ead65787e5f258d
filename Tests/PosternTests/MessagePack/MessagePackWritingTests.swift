import Postern
import Testing

@Suite struct MessagePackWritingTests {
    @Test(
        arguments: [
            (0, [0x00]), (127, [0x7f]), (128, [0xcc, 0x80]), (255, [0xcc, 0xff]), (256, [0xcd, 1, 0]),
            (65535, [0xcd, 0xff, 0xff]), (65536, [0xce, 0, 1, 0, 0]), (4_294_967_295, [0xce, 0xff, 0xff, 0xff, 0xff]),
            (4_294_967_296, [0xcf, 0, 0, 0, 1, 0, 0, 0, 0]), (-1, [0xff]), (-32, [0xe0]), (-33, [0xd0, 0xdf]),
            (-128, [0xd0, 0x80]), (-129, [0xd1, 0xff, 0x7f]), (-32768, [0xd1, 0x80, 0]),
            (-32769, [0xd2, 0xff, 0xff, 0x7f, 0xff]), (-2_147_483_648, [0xd2, 0x80, 0, 0, 0]),
            (-2_147_483_649, [0xd3, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]),
        ] as [(Int64, [UInt8])]
    )
    func integersAreWrittenInTheirShortestForm(value: Int64, expected: [UInt8]) {
        #expect(Packed.writing { MessagePack.write(value, into: &$0) } == expected)
        if let value = UInt64(exactly: value) {
            #expect(Packed.writing { MessagePack.write(value, into: &$0) } == expected)
        }
    }

    @Test(arguments: [0, 31, 32, 255, 256, 65535, 65536])
    func textAndBytesOfEveryLengthRoundTrip(count: Int) throws {
        let text = String(repeating: "x", count: count)
        let packedText = Packed(Packed.writing { MessagePack.write(text, into: &$0) })
        #expect(try packedText.string() == text)
        let bytes = [UInt8](repeating: 7, count: count)
        let packedBytes = Packed(Packed.writing { MessagePack.write(bytes: bytes.span, into: &$0) })
        #expect(try packedBytes.rawBytes() == bytes)
        let header = count <= 31 ? 1 : count <= 255 ? 2 : count <= 65535 ? 3 : 5
        #expect(packedText.bytes.count == count + header)
    }

    @Test(arguments: [0, 1, 15, 16, 300])
    func containersHaveTheirCountInTheHeader(count: Int) throws {
        let array = Packed.writing { output in
            var mark = MessagePack.beginArray(into: &output)
            for index in 0..<count {
                MessagePack.nextElement(&mark, into: &output)
                MessagePack.write(Int64(index), into: &output)
            }
            MessagePack.endArray(mark, into: &output)
        }
        #expect(try Packed(array).elements().count == count)
        if count <= 15 { #expect(array.first == 0x90 | UInt8(count)) }
        let map = Packed.writing { output in
            var mark = MessagePack.beginMap(into: &output)
            for index in 0..<count {
                MessagePack.nextMember(named: "\(index)", &mark, into: &output)
                MessagePack.writeNull(into: &output)
            }
            MessagePack.endMap(mark, into: &output)
        }
        #expect(try Packed(map).members().count == count)
        try Packed(map).validate()
    }

    @Test func nestedContainersRoundTrip() throws {
        let bytes = Packed.writing { output in
            var outer = MessagePack.beginArray(into: &output)
            for _ in 0..<3 {
                MessagePack.nextElement(&outer, into: &output)
                var inner = MessagePack.beginMap(into: &output)
                MessagePack.nextMember(named: "text", &inner, into: &output)
                MessagePack.write(String(repeating: "y", count: 200), into: &output)
                MessagePack.endMap(inner, into: &output)
            }
            MessagePack.endArray(outer, into: &output)
        }
        try Packed(bytes).validate()
        #expect(try Packed(bytes).elements().count == 3)
        #expect(bytes.first == 0xdd)
    }

    @Test func doublesKeepEveryBit() throws {
        for value in [0, -0.0, 1.5, .pi, .infinity, -.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            let packed = Packed(try Packed.writing { try MessagePack.write(value, into: &$0) })
            #expect(try packed.double().bitPattern == value.bitPattern)
        }
    }
}
