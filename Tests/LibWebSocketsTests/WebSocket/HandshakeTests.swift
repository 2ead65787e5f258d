import Testing

@testable import LibWebSockets

@Suite struct HandshakeTests {
    @Test func onlyKeyAndEarlyBytesArePassedOn() throws {
        let text = handshake(
            "GET /rpc?secret HTTP/1.1",
            "Origin: http://x",
            "Cookie: y",
            "Sec-WebSocket-Extensions: permessage-deflate"
        )
        let head = try #require(HTTPRequestHead(text + "\u{1}early"))
        let canonical = String(decoding: Handshake.canonical(head, subprotocol: nil), as: UTF8.self)
        #expect(canonical.hasSuffix("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\u{1}early"))
        for part in ["secret", "Origin", "Cookie", "deflate", "Protocol"] { #expect(!canonical.contains(part)) }
    }

    @Test func subprotocolIsTheServers() throws {
        let head = try #require(HTTPRequestHead(handshake("GET / HTTP/1.1", "Sec-WebSocket-Protocol: other, jsonrpc")))
        let canonical = String(decoding: Handshake.canonical(head, subprotocol: "jsonrpc"), as: UTF8.self)
        #expect(canonical.contains("\r\nSec-WebSocket-Protocol: jsonrpc\r\n"))
    }
}
