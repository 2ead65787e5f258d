import Testing

@testable import PosternGateway

@Suite struct OriginPatternTests {
    private func names(_ pattern: String, _ origin: String) throws -> Bool {
        try OriginPattern(pattern).names(try #require(WebOrigin(origin)))
    }

    @Test(arguments: [
        ("https://app.example", "https://app.example"), ("https://app.example/", "https://app.example"),
        ("HTTPS://App.Example:443", "https://app.example"), ("http://app.example:80", "http://app.example"),
        ("https://app.example:8443", "https://app.example:8443"), ("http://192.0.2.1:3000", "http://192.0.2.1:3000"),
        ("http://[2001:DB8::1]", "http://[2001:db8:0:0:0:0:0:1]"), ("capacitor://localhost", "capacitor://localhost"),
        ("https://*.app.example", "https://a.app.example"), ("https://*.app.example", "https://a.b.app.example"),
        ("https://*.app.example:8443", "https://a.app.example:8443"),
        ("https://*.App.Example/", "https://a.app.example"),
    ])
    func patternsMatchTheirOrigins(pattern: String, origin: String) throws { #expect(try names(pattern, origin)) }

    @Test(arguments: [
        ("https://app.example", "http://app.example"), ("https://app.example", "https://app.example:8443"),
        ("https://app.example", "https://app.example.evil.test"), ("https://app.example", "https://xapp.example"),
        ("https://app.example:8443", "https://app.example"), ("https://*.app.example", "https://app.example"),
        ("https://*.app.example", "https://xapp.example"), ("https://*.app.example", "https://a.app.example:8443"),
        ("https://*.app.example", "http://a.app.example"), ("https://*.app.example", "https://a.app.example.evil.test"),
    ])
    func patternsDoNotMatchSimilarOrigins(pattern: String, origin: String) throws {
        #expect(try !names(pattern, origin))
    }

    @Test(arguments: [
        "", "app.example", "null", "https://", "https://app.example/x", "https://app.example?x",
        "https://u@app.example",
        "https://*", "https://*.", "https://a.*.example", "https://app*.example", "https://*.192.0.2.1",
        "*://app.example",
        "https://app.example:99999", "https://app.example:x", "https://app.example:", "https://b\u{fc}cher.example",
        "https://app..example", "https://app.example//", "https://app .example", "://app.example", "**",
        "https://1.2.3", "https://01.2.3.4", "https://[evil]", "https://[::1", "https://app.example,https://b.example",
    ])
    func invalidOriginPatternsAreRefusedWithAnExplanation(text: String) {
        let error = #expect(throws: PatternError.self) { try OriginPattern(text) }
        #expect(error?.description.hasPrefix("'\(text)' ") == true)
    }

    @Test(arguments: [
        ("api.example", "api.example"), ("api.example", "API.example:8080"), ("api.example:8080", "api.example:8080"),
        ("api.example:443", "api.example"), ("*.app.example", "a.app.example"), ("*.app.example", "a.b.app.example:1"),
        ("API.EXAMPLE", "api.example:"), ("intra_net", "intra_net"),
    ])
    func hostsMatch(pattern: String, host: String) throws {
        #expect(try HostPattern(pattern).matches(try #require(Authority(host[...]))))
    }

    @Test(arguments: [
        ("api.example:8080", "api.example"), ("api.example:8080", "api.example:8081"), ("*.app.example", "app.example"),
        ("api.example", "xapi.example"), ("*.app.example", "xapp.example"), ("api.example:80", "api.example:8080"),
    ])
    func otherHostsDoNotMatch(pattern: String, host: String) throws {
        #expect(try !HostPattern(pattern).matches(try #require(Authority(host[...]))))
    }

    @Test(arguments: [
        "", "*", "https://api.example", "api.example/", "a.*.example", "*.*.example", "api.example:", "a b",
    ])
    func invalidHostPatternsAreRefused(text: String) {
        #expect(throws: PatternError.self) { try HostPattern(text) }
    }

    @Test(arguments: [
        "[evil.example]", "[]", "[::1", "::1", "[::1]x", "[:::1]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[12345::]",
        "[fe80::1%25eth0]", "[::1.2.3]", "[1.2.3.4::]", "a@b", "", ":80", "a:+1", "a:65536", "1.2.3.4.5", "+1.0.0.1",
        "a.",
    ])
    func invalidAuthoritiesAreRejected(text: String) { #expect(Authority(text[...]) == nil) }

    @Test(arguments: [
        ("[::1]", "[0:0:0:0:0:0:0:1]"), ("[::ffff:127.0.0.1]", "[::FFFF:7f00:1]"), ("[1::]", "[1:0:0:0:0:0:0:0]"),
        ("127.0.0.1:", "127.0.0.1"), ("LocalHost", "localhost"), ("[::]", "[0::0]"),
    ])
    func equivalentAuthoritiesAreEqual(one: String, other: String) throws {
        let authority = try #require(Authority(one[...]))
        #expect(authority == Authority(other[...]))
    }
}
