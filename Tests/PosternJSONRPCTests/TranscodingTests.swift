import Postern
import PosternJSONRPC
import Testing

/// Tests of transcoding values and arguments between JSON and MessagePack.
@Suite struct TranscodingTests {
    @Test(
        arguments: [
            ("null", [0xC0]), ("true", [0xC3]), ("-1", [0xFF]), ("128", [0xCC, 0x80]), (#""é""#, [0xA2, 0xC3, 0xA9]),
            ("18446744073709551615", [0xCF] + [UInt8](repeating: 0xFF, count: 8)),
            (#" [ 1 , [ ] ] "#, [0x92, 1, 0x90]),
            (#"{"a":{"b":"\n"}}"#, [0x81, 0xA1, 0x61, 0x81, 0xA1, 0x62, 0xA1, 0x0A]),
            ("1.5", [0xCB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]), ("1.0", [1]), ("1e2", [100]), ("-2.50e1", [0xE7]),
            ("0.0", [0]), ("-0", [0xCB, 0x80, 0, 0, 0, 0, 0, 0, 0]), ("-0e9", [0xCB, 0x80, 0, 0, 0, 0, 0, 0, 0]),
            ("18446744073709551616", [0xCB, 0x43, 0xF0, 0, 0, 0, 0, 0, 0]),
            ("9007199254740993.0", [0xCF, 0, 0x20, 0, 0, 0, 0, 0, 1]),
        ] as [(String, [UInt8])]
    )
    func valuesAreTranscodedToMessagePack(text: String, bytes: [UInt8]) throws {
        var output: [UInt8] = []
        try JSON.transcode(text.utf8.span, to: MessagePack.self, into: &output)
        #expect(output == bytes)
    }

    @Test(
        arguments: [
            ("", [0x90, 0xC0]), ("null", [0x90, 0xC0]), ("[]", [0x90, 0xC0]), ("[1,2]", [0x92, 1, 2, 0xC0]),
            (#"{"b":2,"a":[1]}"#, [0xC0, 0x82, 0xA1, 0x62, 2, 0xA1, 0x61, 0x91, 1]),
            // A repeated name is reported by the process that has the method.
            (#"{"b":2,"b":3}"#, [0xC0, 0x82, 0xA1, 0x62, 2, 0xA1, 0x62, 3]),
        ] as [(String, [UInt8])]
    )
    func argumentsAreTranscodedToMessagePack(text: String, bytes: [UInt8]) throws {
        let arguments = Payload(bytes: Array(text.utf8), codec: JSON.self)
        #expect(try arguments.transcodedArguments(to: MessagePack.self).bytes == bytes)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, PayloadError.Reason.duplicateName), (#"[{"a":1,"\u0061":2}]"#, .duplicateName),
        ("[1", .malformed), (#"{"a"}"#, .malformed), ("", .malformed),
        (String(repeating: "[", count: 65) + String(repeating: "]", count: 65), .limitExceeded),
    ])
    func aFailedTranscodingAppendsNothing(text: String, reason: PayloadError.Reason) {
        var output: [UInt8] = [1, 2, 3]
        do {
            try JSON.transcode(text.utf8.span, to: MessagePack.self, into: &output)
            Issue.record("accepted")
        } catch { #expect(error.reason == reason) }
        #expect(output == [1, 2, 3])
    }

    @Test(arguments: [
        #"{"name":"ü€😀","list":[1,-2,3.5,true,null],"deep":{"a":{"b":[]}},"big":18446744073709551615}"#,
        #"[9007199254740993,-9223372036854775808,0.1,1e+300,""]"#, "\"a\\u0000\\u001f\\\"\\\\\"",
    ])
    func transcodedValuesReadBack(text: String) throws {
        let value = Payload(bytes: Array(text.utf8), codec: JSON.self)
        let back = try value.transcoded(to: MessagePack.self).transcoded(to: JSON.self)
        #expect(String(decoding: back.bytes, as: UTF8.self) == text)
    }

    @Test func thousandsOfNamesAreTranscodedQuickly() throws {
        let text = "{" + (0..<20_000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",") + "}"
        let value = Payload(bytes: Array(text.utf8), codec: JSON.self)
        let back = try value.transcoded(to: MessagePack.self).transcoded(to: JSON.self)
        #expect(back.bytes == value.bytes)
    }

    private struct Record: Codable, Equatable {
        var name: String
        var size: UInt64
        var ratio: Double
        var tags: [String]
        var parent: [Record]?
    }

    @Test func codableTypesPassThroughJSON() throws {
        let record = Record(
            name: "a\"\n😀",
            size: .max,
            ratio: 0.1,
            tags: ["x", ""],
            parent: [Record(name: "", size: 0, ratio: -3, tags: [], parent: nil)]
        )
        let payload = try Payload(encoding: record, as: JSON.self)
        try JSON.validate(payload.bytes.span)
        #expect(try payload.decode(Record.self) == record)
        #expect(try payload.transcoded(to: MessagePack.self).decode(Record.self) == record)
    }
}
