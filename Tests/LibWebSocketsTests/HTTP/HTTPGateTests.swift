import Testing

@testable import LibWebSockets

@Suite struct HTTPGateTests {
    @Test(arguments: [
        "", "Host: a\r\nHost: a\r\n", "Host: a, b\r\n", "Host: a,b\r\n", "X-Host: a\r\n", "Hos: a\r\n", "Host : a\r\n",
    ])
    func oneHostIsNeeded(_ host: String) {
        #expect(ParsedHead(request(host: host)) == .refused(.malformed))
    }

    @Test func twoOriginsAreForbidden() {
        #expect(ParsedHead(request("GET / HTTP/1.1", "Origin: a", "Origin: a")) == .refused(.forbidden))
        #expect(ParsedHead(request("GET / HTTP/1.1", "Origin: a, b")) == .refused(.forbidden))
    }

    @Test(arguments: [
        "+5", "5abc", "0x5", "-1", "12345678901234567890", "5, 5", "5 5", "", "5.0", "1e3", "5;", "\u{b2}", "\u{ff15}",
        "99999999999999999999999999999999",
    ])
    func badLengthsAreRefused(_ length: String) {
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length: \(length)")) == .refused(.malformed))
    }

    @Test func lengthsMustStandAlone() {
        #expect(
            ParsedHead(request("POST / HTTP/1.1", "Content-Length: 5", "content-length: 5")) == .refused(.malformed)
        )
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length : 5")) == .refused(.malformed))
    }

    @Test(arguments: ["1234567890", "1234567890123456789"])
    func lengthsBeyondAllBoundsAreTooLarge(_ length: String) {
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length: \(length)")) == .refused(.bodyTooLarge))
    }

    @Test(arguments: ["chunked", "gzip, chunked", "identity", "", "xchunked", "\tchunked"])
    func transferCodingsAreRefused(_ coding: String) {
        let line = "Transfer-Encoding:\(coding)"
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length: 5", line)) == .refused(.notImplemented))
        #expect(ParsedHead(request("POST / HTTP/1.1", line, "Content-Length: 5")) == .refused(.notImplemented))
    }

    @Test(arguments: ["POST", "PUT", "PATCH"])
    func bodiesNeedALength(_ method: String) {
        #expect(ParsedHead(request("\(method) / HTTP/1.1")) == .refused(.lengthRequired))
        #expect(ParsedHead(request("\(method) / HTTP/1.1", "X-Content-Length: 5")) == .refused(.lengthRequired))
    }

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "DELETE"])
    func othersHaveNoBody(_ method: String) {
        #expect(ParsedHead(request("\(method) / HTTP/1.1", "Content-Length: 1")) == .refused(.malformed))
        #expect(ParsedHead(request("\(method) / HTTP/1.1", "Content-Length: 0")) == .complete)
    }

    @Test func onlyOneExpectationIsKnown() throws {
        let expected = try #require(
            HTTPRequestHead(request("POST / HTTP/1.1", "Content-Length: 1", "Expect: 100-Continue"))
        )
        #expect(expected.expectsContinue)
        #expect(ParsedHead(request("GET / HTTP/1.1", "Expect: miracle")) == .refused(.expectationFailed))
    }

    @Test(arguments: [
        ("close", true), ("keep-alive, Close", true), ("keep-alive", false), ("closed", false), ("x,close", true),
    ])
    func connectionTokensAreRead(_ value: String, _ closes: Bool) throws {
        let head = try #require(HTTPRequestHead(request("GET / HTTP/1.1", "Connection: \(value)")))
        #expect(head.wantsClose == closes)
    }

    @Test(arguments: [
        handshake(), handshake(upgrade: "Upgrade: WebSocket"), handshake(connection: "connection: keep-alive, upgrade"),
        handshake("GET /rpc?x HTTP/1.1"),
    ])
    func cleanHandshakesPass(_ text: String) throws {
        let head = try #require(HTTPRequestHead(text))
        let key = try #require(head.webSocketKey)
        #expect(head.text(key) == "dGhlIHNhbXBsZSBub25jZQ==")
    }

    @Test(arguments: [
        handshake("POST /rpc HTTP/1.1", "Content-Length: 0"), handshake("HEAD /rpc HTTP/1.1"),
        handshake(upgrade: nil), handshake(upgrade: "Upgrade: h2c"), handshake(upgrade: "Upgrade: websocket, h2c"),
        handshake(upgrade: "Upgrade: websocket", "Upgrade: websocket"), handshake(connection: nil),
        handshake(connection: "Connection: keep-alive"), handshake(connection: "Connection: upgraded"),
        handshake(key: nil), handshake(key: "Sec-WebSocket-Key: abc"), handshake(key: "Sec-WebSocket-Key:"),
        handshake(key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="),
        handshake(key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q=="),
        handshake(key: "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA"),
        handshake("GET / HTTP/1.1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
        handshake("GET / HTTP/1.1", "Sec-WebSocket-Version: 13"),
        request("GET / HTTP/1.1", "Connection: Upgrade"), request("GET / HTTP/1.1", "Upgrade: h2c"),
        request("GET / HTTP/1.1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ])
    func otherUpgradesAreRefused(_ text: String) {
        #expect(ParsedHead(text) == .refused(.malformed))
    }

    @Test(arguments: ["12", "8", "14", "013", "13, 8", "", nil])
    func otherVersionsAreTold(_ version: String?) {
        let line = version.map { "Sec-WebSocket-Version: \($0)" }
        #expect(ParsedHead(handshake(version: line)) == .refused(.upgradeRequired))
        #expect(HTTPRefusal.upgradeRequired.response.headers.contains { $0 == ("Sec-WebSocket-Version", "13") })
    }
}
