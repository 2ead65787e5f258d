import PosternNIO
import Testing

@testable import postern

@Suite struct EndpointTests {
    @Test(arguments: [
        ("ws://127.0.0.1:8080/rpc", "127.0.0.1:8080", "/rpc"),
        ("http://localhost/", "localhost:80", "/rpc"),
        ("ws://[::1]:9", "[::1]:9", "/rpc"),
        ("ws://h/a/b?c=1", "h:80", "/a/b?c=1"),
    ])
    func urlHasParts(text: String, authority: String, path: String) throws {
        let url = try #require(WebSocketURL(text))
        #expect(url.authority == authority)
        #expect(url.path == path)
    }

    @Test(arguments: [
        "", "ws://", "ws://:80/", "ws://h:99999/", "ws://h:x/", "ws://a:b:c/", "wss://h/", "ws://h/a b", "h:80",
        "unix:", "tcp:h",
    ])
    func otherTextIsNoEndpoint(text: String) { #expect(Endpoint(argument: text) == nil) }

    @Test func addressesAreNative() {
        #expect(Endpoint(argument: "unix:/a b") == .native(.unix(path: "/a b")))
        #expect(Endpoint(argument: "tcp:h:1") == .native(.tcp(host: "h", port: 1)))
    }
}
