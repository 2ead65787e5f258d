import Postern
import Testing

@Suite struct MessagePackTimestampTests {
    @Test(arguments: [
        (Timestamp(seconds: 0, nanoseconds: 0), 6), (Timestamp(seconds: 4_294_967_295, nanoseconds: 0), 6),
        (Timestamp(seconds: 4_294_967_296, nanoseconds: 0), 10), (Timestamp(seconds: 1, nanoseconds: 999_999_999), 10),
        (Timestamp(seconds: 17_179_869_183, nanoseconds: 1), 10),
        (Timestamp(seconds: 17_179_869_184, nanoseconds: 1), 15),
        (Timestamp(seconds: -1, nanoseconds: 500_000_000), 15), (Timestamp(seconds: .min, nanoseconds: 0), 15),
    ])
    func timestampsAreWrittenInTheirShortestForm(time: Timestamp, count: Int) throws {
        let packed = Packed(try Packed.writing { try MessagePack.write(time, into: &$0) })
        #expect(packed.bytes.count == count)
        #expect(try packed.timestamp() == time)
        try packed.validate()
    }

    @Test func aTimestampReadsAsText() throws {
        let packed = Packed(
            try Packed.writing { try MessagePack.write(Timestamp(seconds: 0, nanoseconds: 5_000_000), into: &$0) }
        )
        #expect(try packed.string() == "1970-01-01T00:00:00.005Z")
        #expect(try packed.kind() == .string)
        let text = Packed([0xb4] + "1970-01-01T00:00:01Z".utf8)
        #expect(try MessagePackFromJSON.readTimestamp(text.bytes.span) == Timestamp(seconds: 1, nanoseconds: 0))
    }

    @Test func invalidTimestampsAreRejected() {
        #expect(reason(Packed([0xd7, 0xff] + [UInt8](repeating: 0xff, count: 8)).timestamp) == .outOfRange)
        #expect(reason(Packed([0xc7, 5, 0xff] + [UInt8](repeating: 0, count: 5)).timestamp) == .malformed)
        #expect(reason(Packed([0xd6, 0x01, 0, 0, 0, 0]).timestamp) == .typeMismatch)
    }
}
