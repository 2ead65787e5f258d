import Postern
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (951_782_400, 0, "2000-02-29T00:00:00.000Z"),
            (-1, 999_000_000, "1969-12-31T23:59:59.999Z"), (1_700_000_000, 123_456_789, "2023-11-14T22:13:20.123Z"),
            (-62_167_219_200, 0, "0000-01-01T00:00:00.000Z"), (253_402_300_799, 0, "9999-12-31T23:59:59.000Z"),
            (59, 999_600_000, "1970-01-01T00:01:00.000Z"),
        ] as [(Int64, UInt32, String)]
    )
    func timestampsAreWrittenInUTC(seconds: Int64, nanoseconds: UInt32, text: String) throws {
        #expect(try Timestamp(seconds: seconds, nanoseconds: nanoseconds).text() == text)
        #expect(try Timestamp(text: text).text() == text)
    }

    @Test(
        arguments: [
            ("1970-01-01T01:00:00+01:00", 0, 0), ("1969-12-31t19:30:00-04:30", 0, 0),
            ("1970-01-01 00:00:00.5Z", 0, 500_000_000),
            ("1970-01-01T00:00:00.1234567891Z", 0, 123_456_789), ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
        ] as [(String, Int64, UInt32)]
    )
    func everyFormOfTheStandardIsRead(text: String, seconds: Int64, nanoseconds: UInt32) throws {
        #expect(try Timestamp(text: text) == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", "1970", "1970-01-01", "1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
        "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+1:00", "१९७०-01-01T00:00:00Z",
    ])
    func otherTextIsRejected(text: String) {
        #expect(throws: PayloadError.self) { try Timestamp(text: text) }
    }

    @Test func timestampsWithoutTextAreRejected() {
        #expect(throws: PayloadError.self) { try Timestamp(seconds: 253_402_300_800, nanoseconds: 0).text() }
        #expect(throws: PayloadError.self) { try Timestamp(seconds: 253_402_300_799, nanoseconds: 999_999_999).text() }
        #expect(throws: PayloadError.self) { try Timestamp(seconds: .min, nanoseconds: 0).text() }
    }
}
