import Testing

@testable import PosternLogging

@Suite struct LogTextTests {
    @Test(arguments: [
        ("plain text, é 🚪", "plain text, é 🚪"),
        ("two\r\nlines", #"two\r\nlines"#),
        ("\u{1b}[31mred\u{7}", #"\u{1b}[31mred\u{7}"#),
        ("\u{85}\u{2028}\u{2029}\u{202e}", #"\u{85}\u{2028}\u{2029}\u{202e}"#),
        (#"a\n"#, #"a\\n"#),
        ("", ""),
    ])
    func charactersThatActAreEscaped(text: String, shown: String) {
        #expect(LogText.escaped(text, limit: 256) == shown)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 10, 11, 256])
    func longTextIsTruncated(limit: Int) {
        for text in [String(repeating: "a", count: 1_000), String(repeating: "🚪\n", count: 300)] {
            let shown = LogText.escaped(text, limit: limit)
            #expect(shown.utf8.count <= limit)
            #expect(limit < 3 || shown.hasSuffix("…"))
        }
    }

    @Test func textThatFitsIsNotTruncated() {
        #expect(LogText.escaped("abc", limit: 3) == "abc")
        #expect(LogText.escaped("abcdef", limit: 5) == "ab…")
    }
}
