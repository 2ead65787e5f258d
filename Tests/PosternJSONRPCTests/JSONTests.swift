import PosternTestSupport
import Postern
import Testing

@testable import PosternJSONRPC

/// Tests of the readers and writers of the JSON codec.
@Suite struct JSONTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("1.0", 1), ("1e2", 100), ("-1.50e1", -15), ("100e-2", 1),
            ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            (#""42""#, 42), (#""-42""#, -42), (#""9223372036854775807""#, .max),
            ("10000000000000000000e-1", 1_000_000_000_000_000_000),
        ] as [(String, Int64)]
    )
    func integersAreExact(text: String, value: Int64) throws {
        #expect(try JSON.readInt64(text.utf8.span) == value)
    }

    @Test(arguments: [
        ("9223372036854775808", "out of range"), ("-9223372036854775809", "out of range"), ("1e19", "out of range"),
        ("123456789012345678901234567890", "out of range"), ("1.5", "type mismatch"), ("1e-1", "type mismatch"),
        (#""1.0""#, "type mismatch"), (#""""#, "type mismatch"), ("true", "type mismatch"), ("null", "type mismatch"),
        (#"" 1""#, "type mismatch"), ("-", "type mismatch"), ("[1]", "type mismatch"),
    ])
    func otherValuesAreNotIntegers(text: String, reason: String) {
        #expect(throws: PayloadError.self) { try JSON.readInt64(text.utf8.span) }
        do { _ = try JSON.readInt64(text.utf8.span) } catch { #expect(error.reason.word == reason) }
    }

    @Test func unsignedIntegersReachTheirLimit() throws {
        #expect(try JSON.readUInt64("18446744073709551615".utf8.span) == .max)
        #expect(throws: PayloadError.self) { try JSON.readUInt64("18446744073709551616".utf8.span) }
        #expect(throws: PayloadError.self) { try JSON.readUInt64("-1".utf8.span) }
        #expect(try JSON.readUInt64("-0".utf8.span) == 0)
    }

    @Test(arguments: [
        "0", "-0.0", "3", "0.1", "-2.5e-3", "1e22", "1e23", "9007199254740993", "5e-324", "1.7976931348623157e308",
        "2.2250738585072011e-308", "123456789012345678901234567890", "0.30000000000000004", "1E5", "8.5e+1",
    ])
    func doublesAreTheNearest(text: String) throws {
        #expect(try JSON.readDouble(text.utf8.span).bitPattern == Double(text)?.bitPattern)
    }

    @Test(arguments: [
        (3.0, "3"), (0.0, "0"), (-0.0, "-0.0"), (0.1, "0.1"), (-7.0, "-7"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (1e22, "1e+22"), (.leastNonzeroMagnitude, "5e-324"), (1.5, "1.5"),
    ])
    func doublesAreWrittenShortest(value: Double, text: String) throws {
        var output: [UInt8] = []
        try JSON.write(value, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
        #expect(try JSON.readDouble(output.span).bitPattern == value.bitPattern)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func numbersWithoutAJSONFormAreRefused(value: Double) {
        var output: [UInt8] = []
        #expect(throws: PayloadError.self) { try JSON.write(value, into: &output) }
        #expect(output.isEmpty)
    }

    @Test func randomDoublesReadBack() throws {
        var random = SplitMix(seed: 11)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            var output: [UInt8] = []
            try JSON.write(value, into: &output)
            try JSON.validate(output.span)
            #expect(try JSON.readDouble(output.span) == value, "seed 11")
        }
    }

    @Test(arguments: [Int64.min, -10, -9, -1, 0, 9, 10, 99, 100, 1 << 53, .max])
    func integersReadBack(value: Int64) throws {
        var output: [UInt8] = []
        JSON.write(value, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == String(value))
    }

    @Test(arguments: [
        ("", #""""#), ("abc", #""abc""#), ("a\"b\\c/d", #""a\"b\\c/d""#), ("\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
        ("\0\u{1f}", #""\u0000\u001f""#), ("äöü€😀\u{7f}", "\"äöü€😀\u{7f}\""),
        (
            String(repeating: "x", count: 70) + "\"" + String(repeating: "ü", count: 40),
            "\"" + String(repeating: "x", count: 70) + "\\\"" + String(repeating: "ü", count: 40) + "\""
        ),
    ])
    func onlyRequiredEscapesAreWritten(text: String, json: String) throws {
        var output: [UInt8] = []
        JSON.write(text, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == json)
        #expect(try JSON.readString(output.span) == text)
    }

    @Test(arguments: [
        (#""\u0041\u00e9\u20ac""#, "Aé€"), (#""\uD83D\uDE00""#, "😀"), (#""\/\b\f\n\r\t\"\\""#, "/\u{8}\u{c}\n\r\t\"\\"),
        (#""a\u0000b""#, "a\0b"),
    ])
    func escapesAreReplaced(json: String, text: String) throws {
        #expect(try JSON.readString(json.utf8.span) == text)
    }

    @Test func bytesAreBase64() throws {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            var output: [UInt8] = []
            JSON.write(bytes: bytes.span, into: &output)
            #expect(try JSON.readBytes(output.span) == bytes)
        }
        var output: [UInt8] = []
        JSON.write(bytes: [0x66, 0x6F, 0x6F, 0x62].span, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == #""Zm9vYg==""#)
        #expect(try JSON.readBytes(#""\u005am9v""#.utf8.span) == [0x66, 0x6F, 0x6F])
    }

    @Test(arguments: [
        #""Zg""#, #""Zg=""#, #""Zh==""#, #""Zg==Zg==""#, #""Zm-v""#, #""====""#, #""=""#, "1", #""Z===""#,
    ])
    func invalidBase64IsRefused(text: String) {
        #expect(throws: PayloadError.self) { try JSON.readBytes(text.utf8.span) }
    }

    @Test(arguments: ["{\"a\":1,\"a\":2}", #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#])
    func aRepeatedNameIsRefused(text: String) {
        do {
            try JSON.forEachMember(of: text.utf8.span) { (_, _) throws(PayloadError) in }
            Issue.record("accepted")
        } catch { #expect(error.reason == .duplicateName) }
    }

    @Test func aRepeatedNameIsFoundAmongThousands() {
        let members = (0..<5000).map { "\"n\($0)\":0" } + ["\"n17\":1"]
        let text = "{" + members.joined(separator: ",") + "}"
        #expect(throws: PayloadError.self) {
            try JSON.forEachMember(of: text.utf8.span) { (_, _) throws(PayloadError) in }
        }
    }

    @Test func elementsAndMembersAreFound() throws {
        let array = #" [ 1 , "a,]" , [ 2 , {} ] , null ]"#.dropFirst()
        var elements: [String] = []
        try JSON.forEachElement(of: Array(array.utf8).span) { (range) throws(PayloadError) in
            elements.append(String(decoding: Array(array.utf8)[range], as: UTF8.self))
        }
        #expect(elements == ["1", #""a,]""#, "[ 2 , {} ]", "null"])
        let map = Array(#"{"a" : 1,"b}\"" :{"c":[]}}"#.utf8)
        var members: [String] = []
        try JSON.forEachMember(of: map.span) { (name, range) throws(PayloadError) in
            members.append(name + "=" + String(decoding: map[range], as: UTF8.self))
        }
        #expect(members == ["a=1", #"b}"={"c":[]}"#])
    }

    @Test(
        arguments: [
            ("", [nil, nil]), ("null", [nil, nil]), ("[]", [nil, nil]), ("{}", [nil, nil]), ("[1]", ["1", nil]),
            (" [ 1 , 2 ] ", ["1", "2"]), (#"{"b":2,"a":1}"#, ["1", "2"]), (#"{"\u0062":[2]}"#, [nil, "[2]"]),
        ] as [(String, [String?])]
    )
    func argumentsAreLocated(text: String, expected: [String?]) throws {
        let bytes = Array(text.utf8)
        let ranges = try JSON.locateArguments(bytes.span, for: ParameterList(["a", "b"]))
        let found = (0..<2).map { ranges.isMissing($0) ? nil : String(decoding: bytes[ranges[$0]], as: UTF8.self) }
        #expect(found == expected)
    }

    @Test(arguments: [
        ("[1,2,3]", PayloadError.Reason.unexpectedArgument), (#"{"c":1}"#, .unexpectedArgument),
        (#"{"a":1,"a":2}"#, .duplicateName), (#"{"a":1,"\u0061":2}"#, .duplicateName), ("7", .typeMismatch),
    ])
    func invalidArgumentsAreRefused(text: String, reason: PayloadError.Reason) {
        do {
            _ = try JSON.locateArguments(text.utf8.span, for: ParameterList(["a", "b"]))
            Issue.record("accepted")
        } catch { #expect(error.reason == reason) }
    }
}
