import Testing

@testable import PosternGateway

/// Tests of the parsing of header fields and paths.
@Suite struct FieldTests {
    @Test(arguments: [
        "application/json", "APPLICATION/JSON", "application/json ; charset=\"utf-8\"", "application/json;charset=UTF8",
        "application/json; version=1", "application/json;", "application/json; ; charset=utf-8",
        "application/json-rpc;a=\"b;c,\\\"d\"", "application/jsonrequest\t;\tcharset=utf-8",
    ])
    func jsonMediaTypesAreAccepted(text: String) { #expect(MediaType(text)?.isJSON == true) }

    @Test(arguments: [
        "", "text/plain", "application/json; charset=utf-16", "application/json; charset=utf-8; charset=latin1",
        "application/jsonx", "application /json", "application/json charset=utf-8", "application/json; charset",
        "application/json; charset=\"utf-8", "application/json, text/plain", "text/plain; application/json", "/json",
        "application/json; a=\"\\", "application/json; charset =utf-8",
    ])
    func otherMediaTypesAreRejected(text: String) { #expect(MediaType(text)?.isJSON != true) }

    private static let accepting: [([String], StreamPreference)] = [
        ([], .accepted), (["*/*"], .accepted), (["text/*"], .accepted), (["text/event-stream"], .asked),
        (["TEXT/Event-Stream"], .asked), (["text/event-stream;q=0.001"], .asked),
        (["application/json, */*;q=0.1"], .accepted), (["application/json", "text/event-stream"], .asked),
        (["*/*;q=0, text/*"], .accepted), ([""], .accepted), (["text/*;q=0, text/event-stream"], .asked),
        (["text/html;a=\"b, text/event-stream;q=0\", */*"], .accepted), (["application/json"], .excluded),
        (["*/*, text/event-stream;q=0"], .excluded), (["text/*;q=0, */*"], .excluded),
        (["text/event-stream;q=0.000"], .excluded), (["text/html, application/xhtml+xml"], .excluded),
        (["nonsense"], .accepted), (["nonsense, application/json"], .excluded), (["text/event-stream;q=2"], .accepted),
    ]

    @Test(arguments: accepting)
    func acceptDeterminesStreamPreference(values: [String], preference: StreamPreference) {
        #expect(StreamPreference(values) == preference)
    }

    @Test(arguments: [
        ("calculator/ad%64", "calculator/add"), ("chat%2Froom", "chat/room"), ("caf%C3%A9", "caf\u{e9}"),
        ("a+b", "a+b"),
        ("%2561", "%61"), ("", ""), ("%f0%9f%9a%aa", "\u{1f6aa}"),
    ])
    func pathsAreDecodedOnce(text: String, decoded: String) throws {
        #expect(try PercentEncoding.decode(text[...]) == decoded)
    }

    @Test(arguments: ["%", "%4", "a%zz", "%%41", "%ff", "%c3", "%c0%ae", "%ed%a0%80"])
    func invalidPercentEncodingIsRefused(text: String) {
        #expect(throws: (any Error).self) { try PercentEncoding.decode(text[...]) }
    }

    @Test func entityTagsMatchInEveryForm() {
        let tag = EntityTag(of: Array("text".utf8))
        #expect(tag != EntityTag(of: Array("texu".utf8)))
        for known in [tag.text, "W/\(tag.text)", "\"x\", \(tag.text)", "\"x\" ,W/\(tag.text) ", "*"] {
            #expect(tag.isListed(in: [known]))
        }
        #expect(tag.isListed(in: ["\"x\"", tag.text]))
        for unknown in ["", "\"x\"", "w/\(tag.text)", String(tag.text.dropLast())] {
            #expect(!tag.isListed(in: [unknown]))
        }
    }
}
