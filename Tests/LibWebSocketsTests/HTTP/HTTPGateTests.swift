import Testing

@testable import LibWebSockets

@Suite struct HTTPGateTests {
    @Test(arguments: [
        "", "Host: a\r\nHost: a\r\n", "Host: a, b\r\n", "Host: a,b\r\n", "X-Host: a\r\n", "Hos: a\r\n", "Host : a\r\n",
    ])
    func hostIsRequiredOnce(_ host: String) {
        #expect(ParsedHead(request(host: host)) == .refused(.badRequest))
    }

    @Test func repeatedSitesAreRefused() {
        let fields = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-origin")
        #expect(ParsedHead(request("GET / HTTP/1.1", fields.0, fields.1)) == .refused(.badRequest))
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
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length: \(length)")) == .refused(.badRequest))
    }

    @Test func repeatedLengthsAreRefused() {
        #expect(
            ParsedHead(request("POST / HTTP/1.1", "Content-Length: 5", "content-length: 5")) == .refused(.badRequest)
        )
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length : 5")) == .refused(.badRequest))
    }

    @Test(arguments: ["1234567890", "1234567890123456789"])
    func lengthsWithManyDigitsAreTooLarge(_ length: String) {
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length: \(length)")) == .refused(.contentTooLarge))
    }

    @Test(arguments: ["chunked", "Chunked", "\t chunked \t"])
    func chunkedCodingIsAccepted(_ coding: String) throws {
        let head = try #require(HTTPRequestHead(request("POST / HTTP/1.1", "Transfer-Encoding:\(coding)")))
        #expect(head.isChunked && head.hasBody && head.contentLength == 0)
    }

    @Test(arguments: [
        "identity", "", "xchunked", "chunked, chunked", "chunked, identity", "chunked, gzip", "gzip", "chunked,",
        ",chunked", "chunked;q=1", "\"chunked\"", "chunked chunked", "gzip, chunked, chunked", ",", "chunk ed",
        "gzip, chunked,",
    ])
    func codingsThatDoNotEndInOneChunkedAreMalformed(_ coding: String) {
        #expect(ParsedHead(request("POST / HTTP/1.1", "Transfer-Encoding:\(coding)")) == .refused(.badRequest))
    }

    @Test(arguments: ["gzip, chunked", "identity , chunked", "gzip,, br,chunked"])
    func otherCodingsBeforeChunkedAreNotImplemented(_ coding: String) {
        #expect(ParsedHead(request("POST / HTTP/1.1", "Transfer-Encoding: \(coding)")) == .refused(.notImplemented))
    }

    @Test(arguments: ["chunked", "gzip, chunked", "identity", ""])
    func codingsWithLengthsAreRefused(_ coding: String) {
        let line = "Transfer-Encoding:\(coding)"
        #expect(ParsedHead(request("POST / HTTP/1.1", "Content-Length: 5", line)) == .refused(.badRequest))
        #expect(ParsedHead(request("POST / HTTP/1.1", line, "Content-Length: 0")) == .refused(.badRequest))
        #expect(ParsedHead(request("POST / HTTP/1.1", line, line)) == .refused(.badRequest))
        #expect(ParsedHead(request("POST / HTTP/1.0", line)) == .refused(.badRequest))
    }

    @Test(arguments: ["POST", "PUT", "PATCH"])
    func requestsWithoutALengthHaveNoBody(_ method: String) throws {
        let head = try #require(HTTPRequestHead(request("\(method) / HTTP/1.1", "X-Content-Length: 5")))
        #expect(!head.hasBody && head.contentLength == 0)
    }

    @Test(arguments: ["gzip", "br, gzip", "GZIP", "identity, gzip", "x"])
    func encodedBodiesAreRefused(_ encoding: String) {
        let line = "Content-Encoding: \(encoding)"
        #expect(ParsedHead(request("POST / HTTP/1.1", line, "Content-Length: 5")) == .refused(.unsupportedMediaType))
        #expect(
            ParsedHead(request("POST / HTTP/1.1", line, "Transfer-Encoding: chunked"))
                == .refused(.unsupportedMediaType)
        )
        #expect(ParsedHead(request("POST / HTTP/1.1", line)) == .complete)
    }

    @Test(arguments: ["identity", "Identity", ""])
    func unencodedBodiesAreAccepted(_ encoding: String) {
        let text = request("POST / HTTP/1.1", "Content-Encoding: \(encoding)", "Content-Length: 5")
        #expect(ParsedHead(text) == .complete)
    }

    @Test(arguments: ["GET", "HEAD", "OPTIONS", "DELETE"])
    func methodsWithoutABodyRefuseOne(_ method: String) {
        #expect(ParsedHead(request("\(method) / HTTP/1.1", "Transfer-Encoding: chunked")) == .refused(.badRequest))
        #expect(ParsedHead(request("\(method) / HTTP/1.1", "Content-Length: 1")) == .refused(.badRequest))
        #expect(ParsedHead(request("\(method) / HTTP/1.1", "Content-Length: 0")) == .complete)
    }

    @Test func onlyContinueIsExpected() throws {
        let expected = try #require(
            HTTPRequestHead(request("POST / HTTP/1.1", "Content-Length: 1", "Expect: 100-Continue"))
        )
        #expect(expected.expectsContinue)
        #expect(ParsedHead(request("GET / HTTP/1.1", "Expect: miracle")) == .refused(.expectationFailed))
    }

    @Test(arguments: [
        ("close", true), ("keep-alive, Close", true), ("keep-alive", false), ("closed", false), ("x,close", true),
        ("close ,x", true), (", ,\tclose\t,", true), ("keep-alive, close", true), ("", false), ("close close", false),
        ("upgrade", false), ("Upgrade, HTTP2-Settings", false),
    ])
    func connectionOptionsAreParsed(_ value: String, _ closes: Bool) throws {
        let head = try #require(HTTPRequestHead(request("GET / HTTP/1.1", "Connection: \(value)")))
        #expect(head.wantsClose == closes)
    }

    @Test(arguments: [
        ("keep-alive", false), ("Keep-Alive", false), ("x , keep-alive", false), ("keep-alive, close", true),
        ("x", true), ("", true),
    ])
    func oldClientsRequestPersistence(_ value: String, _ closes: Bool) throws {
        let head = try #require(HTTPRequestHead(request("GET / HTTP/1.0", "Connection: \(value)")))
        #expect(head.wantsClose == closes)
        #expect(try #require(HTTPRequestHead(request("GET / HTTP/1.0"))).wantsClose)
    }

    @Test func oldClientsNeedNoHost() throws {
        #expect(try #require(HTTPRequestHead(request("GET / HTTP/1.0", host: ""))).authority.isEmpty)
        #expect(ParsedHead(request("GET / HTTP/1.0", "Host: a")) == .refused(.badRequest))
    }

    @Test func oldClientsGetNoContinue() throws {
        let text = request("POST / HTTP/1.0", "Expect: 100-continue", "Content-Length: 1")
        #expect(try !#require(HTTPRequestHead(text)).expectsContinue)
    }

    @Test(arguments: [
        handshake(), handshake(upgrade: "Upgrade: WebSocket"), handshake(connection: "connection: keep-alive, upgrade"),
        handshake("GET /rpc?x HTTP/1.1"),
    ])
    func validHandshakesAreAccepted(_ text: String) throws {
        let head = try #require(HTTPRequestHead(text))
        let key = try #require(head.webSocketKey)
        #expect(head.text(key) == "dGhlIHNhbXBsZSBub25jZQ==")
    }

    @Test(arguments: [
        handshake("POST /rpc HTTP/1.1", "Content-Length: 0"), handshake("HEAD /rpc HTTP/1.1"),
        handshake(upgrade: "Upgrade: h2c"), handshake(upgrade: "Upgrade: websocket, h2c"),
        handshake(upgrade: "Upgrade: websocket", "Upgrade: websocket"), handshake(connection: nil),
        handshake(connection: "Connection: keep-alive"), handshake(connection: "Connection: upgraded"),
        handshake(key: nil), handshake(key: "Sec-WebSocket-Key: abc"), handshake(key: "Sec-WebSocket-Key:"),
        handshake(key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="),
        handshake(key: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q=="),
        handshake(key: "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA"),
        handshake("GET / HTTP/1.1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
        handshake("GET / HTTP/1.1", "Sec-WebSocket-Version: 13"),
        handshake("GET / HTTP/1.1", "Content-Length: 1"), handshake("GET / HTTP/1.1", "Transfer-Encoding: chunked"),
        request("GET / HTTP/1.1", "Upgrade: h2c, websocket"), request("GET / HTTP/1.1", "Upgrade: websocket"),
        request("GET / HTTP/1.1", "Upgrade: h2c", "Upgrade: h2c"),
    ])
    func incompleteHandshakesAreRefused(_ text: String) {
        #expect(ParsedHead(text) == .refused(.badRequest))
    }

    @Test(arguments: [
        request("GET / HTTP/1.1", "Connection: Upgrade"), request("GET / HTTP/1.1", "Upgrade: h2c"),
        request("GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"),
        request("POST / HTTP/1.1", "Connection: upgrade", "Upgrade: TLS/1.0, h2c", "Content-Length: 2"),
        request("GET / HTTP/1.1", "Upgrade: websocketx"), request("GET / HTTP/1.1", "Upgrade:"),
        request("GET / HTTP/1.1", "Sec-WebSocket-Version: 13"),
        request("GET / HTTP/1.0", "Connection: Upgrade", "Upgrade: websocket"),
    ])
    func unsupportedUpgradesAreIgnored(_ text: String) throws {
        #expect(try #require(HTTPRequestHead(text)).webSocketKey == nil)
    }

    @Test(arguments: [
        request("GET / HTTP/1.1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), handshake(upgrade: nil),
        handshake("GET /rpc HTTP/1.0"),
    ])
    func handshakesWithoutUpgradeRequireIt(_ text: String) {
        var searched = 0
        guard case .refused(let refusal, _) = HTTPHeadParser().parse(Array(text.utf8), searched: &searched) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == .upgradeRequired && refusal.reason.contains("proxy"))
    }

    @Test(arguments: ["12", "8", "14", "013", "13, 8", "", nil])
    func otherVersionsRequireVersion13(_ version: String?) {
        let line = version.map { "Sec-WebSocket-Version: \($0)" }
        #expect(ParsedHead(handshake(version: line)) == .refused(.upgradeRequired))
        #expect(HTTPRefusal(.upgradeRequired, "").headers.contains { $0 == ("Sec-WebSocket-Version", "13") })
    }
}
