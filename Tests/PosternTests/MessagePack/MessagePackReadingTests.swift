import Postern
import Testing

@Suite struct MessagePackReadingTests {
    @Test func positiveFixintsAreIntegers() throws {
        for byte in UInt8(0)...0x7f { #expect(try Packed(byte).int64() == Int64(byte)) }
    }

    @Test func negativeFixintsAreIntegers() throws {
        for byte in UInt8(0xe0)...0xff { #expect(try Packed(byte).int64() == Int64(Int8(bitPattern: byte))) }
    }

    @Test(
        arguments: [
            ([0xcc, 0xff], 255), ([0xcd, 0xff, 0xff], 65535), ([0xce, 0xff, 0xff, 0xff, 0xff], 4_294_967_295),
            ([0xcf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Int64.max), ([0xd0, 0x80], -128),
            ([0xd1, 0x80, 0x00], -32768), ([0xd2, 0x80, 0, 0, 0], -2_147_483_648),
            ([0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], Int64.min), ([0xd3, 0, 0, 0, 0, 0, 0, 0, 5], 5), ([0xcc, 0x01], 1),
        ] as [([UInt8], Int64)]
    )
    func integersOfEveryWidthAreRead(bytes: [UInt8], expected: Int64) throws {
        #expect(try Packed(bytes).int64() == expected)
        #expect(try Packed(bytes).double() == Double(expected))
        #expect(try Packed(bytes).kind() == .integer)
    }

    @Test func unsignedIntegersAboveTheSignedRangeAreReadAsSuch() throws {
        let packed = Packed([0xcf] + [UInt8](repeating: 0xff, count: 8))
        #expect(try packed.uint64() == .max)
        #expect(reason(packed.int64) == .outOfRange)
        #expect(reason(Packed(0xff).uint64) == .outOfRange)
    }

    @Test func floatsAreNumbers() throws {
        #expect(try Packed(0xca, 0x3f, 0xc0, 0, 0).double() == 1.5)
        #expect(try Packed(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0).double() == 1.5)
        #expect(try Packed(0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0).double().isNaN)
        #expect(reason(Packed(0xca, 0x3f, 0xc0, 0, 0).int64) == .typeMismatch)
    }

    @Test func floatsAreIntegersWhereTheyAreExact() throws {
        #expect(try Packed(0xca, 0x3f, 0x80, 0, 0).int64() == 1)
        #expect(try Packed(0xca, 0x3f, 0x80, 0, 0).uint64() == 1)
        #expect(try Packed(0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0).int64() == 0)
        #expect(try Packed(0xcb, 0xc3, 0x40, 0, 0, 0, 0, 0, 0).int64() == -(1 << 53))
        #expect(reason(Packed(0xca, 0xbf, 0x80, 0, 0).uint64) == .outOfRange)
        #expect(reason(Packed(0xcb, 0x43, 0x40, 0, 0, 0, 0, 0, 1).int64) == .outOfRange)
        #expect(reason(Packed(0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0).int64) == .outOfRange)
        #expect(reason(Packed(0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0).int64) == .outOfRange)
    }

    @Test func nullAndBooleansAreRead() throws {
        #expect(try Packed(0xc0).kind() == .null)
        #expect(try Packed(0xc2).bool() == false)
        #expect(try Packed(0xc3).bool() == true)
        #expect(reason(Packed(0x01).bool) == .typeMismatch)
    }

    @Test(arguments: [[0xa2], [0xd9, 2], [0xda, 0, 2], [0xdb, 0, 0, 0, 2]] as [[UInt8]])
    func textOfEveryHeaderIsRead(header: [UInt8]) throws {
        #expect(try Packed(header + [0x68, 0x69]).string() == "hi")
        #expect(reason(Packed(header + [0xc3, 0x28]).string) == .malformed)
        #expect(reason(Packed(header + [0x68, 0x69, 0]).string) == .malformed)
    }

    @Test(arguments: [[0xc4, 2], [0xc5, 0, 2], [0xc6, 0, 0, 0, 2]] as [[UInt8]])
    func bytesOfEveryHeaderAreRead(header: [UInt8]) throws {
        #expect(try Packed(header + [1, 0xff]).rawBytes() == [1, 0xff])
        #expect(try Packed(header + [1, 0xff]).kind() == .bytes)
    }

    @Test func textIsAcceptedAsNothingElse() throws {
        #expect(reason(Packed([0xa4] + "AQID".utf8).rawBytes) == .typeMismatch)
        #expect(reason(Packed([0xa2] + "42".utf8).int64) == .typeMismatch)
        #expect(reason(Packed([0xa2] + "42".utf8).uint64) == .typeMismatch)
        #expect(reason(Packed([0xb4] + "1970-01-01T00:00:01Z".utf8).timestamp) == .typeMismatch)
    }

    @Test func base64TextFromJSONIsAcceptedAsBytes() throws {
        #expect(try Packed([0xa4] + "AQID".utf8).fromJSON([UInt8].self) == [1, 2, 3])
        #expect(try Packed([0xa4] + "AQI=".utf8).fromJSON([UInt8].self) == [1, 2])
        #expect(try Packed([0xa4] + "AQ==".utf8).fromJSON([UInt8].self) == [1])
        #expect(try Packed([0xc4, 1, 7]).fromJSON([UInt8].self) == [7])
        for text in ["AR==", "AQI", "A?I="] {
            let packed = Packed([0xa0 | UInt8(text.utf8.count)] + text.utf8)
            #expect(reason { () throws(PayloadError) in try packed.fromJSON([UInt8].self) } == .typeMismatch)
        }
    }

    @Test func digitsFromJSONAreAcceptedAsIntegers() throws {
        #expect(try Packed([0xa3] + "-42".utf8).fromJSON(Int.self) == -42)
        #expect(try Packed([0xb4] + "18446744073709551615".utf8).fromJSON(UInt64.self) == .max)
        #expect(try Packed([0xd0, 0xd6]).fromJSON(Int.self) == -42)
        for (text, right) in [
            ("+42", PayloadError.Reason.typeMismatch), ("4.2", .typeMismatch), ("-", .typeMismatch),
            ("", .typeMismatch), ("99999999999999999999", .outOfRange),
        ] {
            let packed = Packed([0xa0 | UInt8(text.utf8.count)] + text.utf8)
            #expect(reason { () throws(PayloadError) in try packed.fromJSON(Int.self) } == right)
        }
    }

    @Test(arguments: [[0x92], [0xdc, 0, 2], [0xdd, 0, 0, 0, 2]] as [[UInt8]])
    func arraysOfEveryHeaderAreWalked(header: [UInt8]) throws {
        let start = header.count
        let packed = Packed(header + [1, 0xa1, 0x62])
        #expect(try packed.elements() == [start..<start + 1, start + 1..<start + 3])
        #expect(reason(Packed(header + [1, 2, 3]).elements) == .malformed)
    }

    @Test(arguments: [[0x81], [0xde, 0, 1], [0xdf, 0, 0, 0, 1]] as [[UInt8]])
    func mapsOfEveryHeaderAreWalked(header: [UInt8]) throws {
        let start = header.count
        #expect(try Packed(header + [0xa1, 0x62, 7]).members() == ["b": start + 2..<start + 3])
        #expect(reason(Packed(header + [5, 7]).members) == .typeMismatch)
        #expect(reason(Packed(header + [0xa1, 0xff, 7]).members) == .malformed)
    }

    @Test(
        arguments: [
            [0xd4, 5, 0], [0xd5, 5, 0, 0], [0xd6, 5] + [UInt8](repeating: 0, count: 4),
            [0xd7, 5] + [UInt8](repeating: 0, count: 8), [0xd8, 5] + [UInt8](repeating: 0, count: 16),
            [0xc7, 1, 5, 0], [0xc8, 0, 1, 5, 0], [0xc9, 0, 0, 0, 1, 5, 0], [0xc7, 0, 5],
        ] as [[UInt8]]
    )
    func unknownExtensionsAreSkippedButNotRead(bytes: [UInt8]) throws {
        #expect(try Packed(bytes).end() == bytes.count)
        try Packed(bytes).validate()
        #expect(reason(Packed(bytes).kind) == .typeMismatch)
        #expect(reason(Packed(bytes).rawBytes) == .typeMismatch)
        #expect(try Packed([0x92] + bytes + [1]).elements().count == 2)
    }

    @Test func theUnusedByteIsMalformedEverywhere() {
        #expect(reason(Packed(0xc1).kind) == .malformed)
        #expect(reason(Packed(0xc1).end) == .malformed)
        #expect(reason { () throws(PayloadError) in try Packed(0x91, 0xc1).validate() } == .malformed)
        #expect(reason(Packed(0x91, 0xc1).rewritten) == .malformed)
    }

    @Test func mismatchesNameWhatWasExpectedAndFound() {
        let error = #expect(throws: PayloadError.self) { try Packed([0xa2, 0x68, 0x69]).double() }
        #expect(error?.message == "expected a number, found a string")
    }
}
