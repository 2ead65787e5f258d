import ArgumentParser
import PosternNIO
import Testing

@testable import postern

@Suite struct EndpointTests {
    @Test(arguments: [
        ("ws://127.0.0.1:8080/rpc", "127.0.0.1:8080", "/rpc"),
        ("http://localhost/", "localhost", "/rpc"),
        ("ws://[::1]:9", "[::1]:9", "/rpc"),
        ("ws://h/a/b?c=1", "h", "/a/b?c=1"),
        ("wss://h:443/rpc", "h", "/rpc"),
        ("https://h:80", "h:80", "/rpc"),
    ])
    func urlHasParts(text: String, authority: String, path: String) throws {
        let url = try #require(WebURL(text))
        #expect(url.authority == authority)
        #expect(url.path == path)
    }

    @Test(arguments: [
        "", "ws://", "ws://:80/", "ws://h:99999/", "ws://h:x/", "ws://a:b:c/", "ftp://h/", "wss:h", "https://",
        "ws://h/a b", "h:80",
        "unix:", "tcp:h",
    ])
    func otherTextIsNoEndpoint(text: String) {
        #expect(throws: ValidationError.self) { try Endpoint(reading: text) }
    }

    @Test(arguments: [
        ("ws://127.0.0.1:99999/rpc", "its port is not within 0 to 65535"),
        ("http://h:x", "its port is not within 0 to 65535"),
        ("ws://[::1]:-1/", "its port is not within 0 to 65535"),
        ("ws://user:pw@h/rpc", "a user name in a URL is not supported; --header sends the field Authorization"),
        ("ws://h/a b", nil), ("ws://[::1]/a b@c:d", nil), ("ftp://h:99999", nil), ("ws:", nil),
    ])
    func aFaultInAURLIsNamed(text: String, expected: String?) {
        #expect(WebURL.fault(of: text) == expected)
        let error = #expect(throws: ValidationError.self) { try Endpoint(reading: text) }
        #expect(error?.message == expected ?? "it is none of \(Endpoint.forms)")
    }

    @Test func addressesAreNative() throws {
        #expect(try Endpoint(reading: "unix:/a b") == .native(.unix(path: "/a b")))
        #expect(try Endpoint(reading: "tcp:h:1") == .native(.tcp(host: "h", port: 1)))
    }

    @Test(arguments: [
        ("https://h", "wss://h/rpc"), ("http://h:8080/a", "ws://h:8080/a"), ("wss://h", "wss://h/rpc"),
    ])
    func eventsNeedAWebSocketAtTheSameServer(text: String, expected: String) throws {
        let url = try #require(WebURL(text))
        #expect(Endpoint.web(url).withEvents == .web(try #require(WebURL(expected))))
        #expect("\(url.webSocket)" == expected)
    }

    @Test func aURLWithoutAPortHasTheUsualOne() {
        #expect(WebURL("wss://h")?.port == 443)
        #expect(WebURL("http://h")?.port == 80)
        #expect(WebURL("https://[::1]")?.host == "::1")
    }
}
