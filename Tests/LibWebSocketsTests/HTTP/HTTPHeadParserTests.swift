import Testing

@testable import LibWebSockets

@Suite struct HTTPHeadParserTests {
    @Test(arguments: [
        request(),
        request("GET /a/b?c=d%0a HTTP/1.1"),
        request("HEAD / HTTP/1.1"),
        request("OPTIONS / HTTP/1.1"),
        request("DELETE /x HTTP/1.1"),
        request("POST / HTTP/1.1", "Content-Length: 0"),
        request("PUT / HTTP/1.1", "content-length:5"),
        request("GET / HTTP/1.1", "X:"),
        request("GET / HTTP/1.1", "X: \t y \t"),
        request("GET / HTTP/1.1", "X: \u{e9}"),
        request("GET / HTTP/1.1", "!#$%&'*+-.^_`|~09azAZ: y"),
        request("GET / HTTP/1.1", host: "hOsT: localhost\r\n"),
        request("GET /%0 HTTP/1.1"),
        request("GET /%0g%2fa HTTP/1.1"),
    ])
    func validHeadsAreParsed(_ text: String) {
        #expect(ParsedHead(text) == .complete)
    }

    @Test func fieldNamesIgnoreCase() throws {
        let fields = ["Accept: a", "acCEPT-encoding: b", "GRPC-Timeout: 1S", "x: c", "X: d"]
        let text = "GET / HTTP/1.1\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
        let head = try #require(HTTPRequestHead(text))
        #expect(head["accept"] == "a" && head["accept-encoding"] == "b" && head["grpc-timeout"] == "1S")
        #expect(head["x"] == "c" && head.values(of: "x") == ["c", "d"])
        #expect(head["y"] == nil && head["idempotency-key"] == nil && head["accept-language"] == nil)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\n",
        "GET / HTTP/1.1\rHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\r\nHost: localhost\r\n\r\n",
        request("GET / HTTP/1.1", "X: y\r\n z"),
        request("GET / HTTP/1.1", "X: y\r\n\tz"),
        request("GET / HTTP/1.1", "X: a\0b"),
        request("GET / HTTP/1.1", "X: a\rb"),
        request("GET / HTTP/1.1", "X: \u{7f}"),
        request("GET / HTTP/1.1", "X: \u{b}"),
        request("GET / HTTP/1.1", ": y"),
        request("GET / HTTP/1.1", "X"),
        request("GET / HTTP/1.1", "X : y"),
        request("GET / HTTP/1.1", "X y: z"),
        request("GET / HTTP/1.1", "\u{e9}: z"),
        request("GET\t/ HTTP/1.1"),
        request("GET /"),
        request("GET https://localhost/ HTTP/1.1"),
        request("GET http:/localhost/ HTTP/1.1"),
        request("GET http:// HTTP/1.1"),
        request("GET http:///path HTTP/1.1"),
        request("GET http://user@localhost/ HTTP/1.1"),
        request("GET http://user:word@localhost/ HTTP/1.1"),
        request("GET http://a,b/ HTTP/1.1"),
        request("GET http://a#b/ HTTP/1.1"),
        request("GET http://a%2fb/ HTTP/1.1"),
        request("GET http://a\\b/ HTTP/1.1"),
        request("GET http://a/x%0a HTTP/1.1"),
        request("GET http://a/ HTTP/1.1", host: ""),
        request("GET http://a/ HTTP/1.1", "Host: a"),
        request("GET /a b HTTP/1.1"),
        request("POST * HTTP/1.1"),
        request("OPTIONS ** HTTP/1.1"),
        request("GET * HTTP/1.1"),
        request("GET x HTTP/1.1"),
        request("GET /\u{e9} HTTP/1.1"),
        request("GET /x%0aHost:evil HTTP/1.1"),
        request("GET /x%0D HTTP/1.1"),
        request("get / HTTP/1.1"),
        request("G@T / HTTP/1.1"),
        "\r\n\r\n" + request(), "\n" + request(), "\r" + request(), "\r\n ", "\r\n\n", "\r\n\r",
        "\0", "\n", "{", "SSH-2.0\n", "GET / HTTP/1.1\r\nX\n", "GET \0",
    ])
    func malformedHeadsAreRefusedAtOnce(_ text: String) {
        #expect(ParsedHead(text) == .refused(.badRequest))
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/3.1", "HTTP/9.9"])
    func otherMajorVersionsAreRefused(_ version: String) {
        #expect(ParsedHead(request("GET / \(version)")) == .refused(.versionNotSupported))
    }

    @Test(arguments: ["http/1.1", "HTTP/1.10", "HTTP/1.1 ", "HTTP/11", "HTTP/1,1", "HTTP/a.1", "HTTP/1.", "HTTP/", ""])
    func malformedVersionsAreRefused(_ version: String) {
        #expect(ParsedHead(request("GET / \(version)")) == .refused(.badRequest))
    }

    @Test(arguments: [("HTTP/1.0", true), ("HTTP/1.1", false), ("HTTP/1.2", false), ("HTTP/1.9", false)])
    func minorVersionsAreServed(_ version: String, _ isOld: Bool) throws {
        #expect(try #require(HTTPRequestHead(request("GET / \(version)"))).isHTTP10 == isOld)
    }

    @Test(arguments: [
        ("http://other:81/a?b", "other:81", "/a", "b"), ("HTTP://other", "other", "/", ""),
        ("http://[::1]:8/", "[::1]:8", "/", ""), ("http://other?b", "other", "/", "b"),
        ("http://other//x?", "other", "//x", ""),
    ])
    func absoluteTargetsReplaceTheHost(_ target: String, _ host: String, _ path: String, _ query: String) throws {
        let head = try #require(HTTPRequestHead(request("GET \(target) HTTP/1.1", host: "Host: evil\r\n")))
        #expect(head.text(head.authority) == host && head.pathText == path && head.text(head.query) == query)
    }

    @Test func asteriskIsForOptionsOnly() throws {
        #expect(try #require(HTTPRequestHead(request("OPTIONS * HTTP/1.1"))).pathText == "*")
    }

    @Test(arguments: ["", "GET / HTTP/1.1\r\nX: y\r\n"])
    func oneLeadingEmptyLineIsSkipped(_ start: String) {
        var searched = 0
        for text in ["\r", "\r\n"] {
            guard case .incomplete = HTTPHeadParser().parse(Array(text.utf8), searched: &searched), searched == 0
            else {
                Issue.record("not incomplete")
                return
            }
        }
        _ = HTTPHeadParser().parse(Array(("\r\n" + start).utf8), searched: &searched)
        let whole = Array(("\r\n" + (start.isEmpty ? request() : start + "Host: a\r\n\r\n")).utf8)
        guard case .complete(let head) = HTTPHeadParser().parse(whole, searched: &searched) else {
            Issue.record("not complete")
            return
        }
        #expect(head.length == whole.count && head.pathText == "/")
    }

    @Test func refusedHeadsKeepTheirParsedPart() throws {
        var searched = 0
        let text = request("POST /x HTTP/1.1", "Origin: http://a", "Content-Length: y")
        guard case .refused(let refusal, let head?) = HTTPHeadParser().parse(Array(text.utf8), searched: &searched)
        else {
            Issue.record("no head")
            return
        }
        #expect(refusal.reason.contains("Content-Length") && refusal.reason.contains("\"y\""))
        #expect(head.pathText == "/x" && head["origin"] == "http://a")
    }

    @Test(arguments: ["CONNECT x:1", "CONNECT /", "TRACE /", "BREW /", "GETX /"])
    func otherMethodsAreRefused(_ start: String) {
        #expect(ParsedHead(request("\(start) HTTP/1.1")) == .refused(.methodNotAllowed))
    }

    @Test(arguments: [(62, true), (63, true), (64, false)])
    func fieldsAreLimited(_ count: Int, _ isRead: Bool) {
        let lines = String(repeating: "X: y\r\n", count: count)
        let expected = isRead ? ParsedHead.complete : .refused(.requestHeaderFieldsTooLarge)
        #expect(ParsedHead("GET / HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n") == expected)
    }

    @Test(arguments: [(8_192, true), (8_193, false)])
    func bytesAreLimited(_ count: Int, _ isRead: Bool) {
        let filler = String(repeating: "y", count: count - request("GET / HTTP/1.1", "X: ").utf8.count)
        let expected = isRead ? ParsedHead.complete : .refused(.requestHeaderFieldsTooLarge)
        #expect(ParsedHead(request("GET / HTTP/1.1", "X: " + filler)) == expected)
    }

    @Test func headWithoutAnEndIsRefusedAtItsLimit() {
        let start = "GET / HTTP/1.1\r\nX: "
        #expect(ParsedHead(start + String(repeating: "y", count: 8_192 - start.utf8.count)) == .incomplete)
        #expect(
            ParsedHead(start + String(repeating: "y", count: 8_193 - start.utf8.count))
                == .refused(.requestHeaderFieldsTooLarge)
        )
    }

    @Test(arguments: [(4_096, ParsedHead.complete), (4_097, .refused(.uriTooLong))])
    func targetsAreLimited(_ count: Int, _ expected: ParsedHead) {
        #expect(ParsedHead(request("GET /\(String(repeating: "x", count: count - 1)) HTTP/1.1")) == expected)
    }

    @Test func everyPrefixIsIncomplete() {
        let bytes = Array(request("POST /rpc HTTP/1.1", "Content-Length: 2", "X: y").utf8)
        for count in 0..<bytes.count { #expect(ParsedHead(Array(bytes[..<count])) == .incomplete) }
    }

    @Test(arguments: 1...5)
    func piecewiseHeadsParseTheSame(_ step: Int) {
        let bytes = Array(request("GET /path?query HTTP/1.1", "X-First: 1", "X-Second: 2").utf8)
        var searched = 0
        for count in stride(from: step, to: bytes.count, by: step) {
            guard case .incomplete = HTTPHeadParser().parse(Array(bytes[..<count]), searched: &searched) else {
                Issue.record("complete after \(count) bytes")
                return
            }
        }
        guard case .complete(let head) = HTTPHeadParser().parse(bytes, searched: &searched) else {
            Issue.record("not complete")
            return
        }
        #expect(head.pathText == "/path" && head.text(head.query) == "query" && head["x-second"] == "2")
    }

    @Test func bytesAfterTheHeadAreKept() throws {
        let head = try #require(HTTPRequestHead(request("POST / HTTP/1.1", "Content-Length: 4") + "bodyGET /next"))
        #expect(head.contentLength == 4 && head.bytes.count - head.length == 13)
    }

    @Test func requestPartsAreFound() throws {
        let head = try #require(
            HTTPRequestHead(request("GET /a?b?c HTTP/1.1", "X-Name:  two words ", "x-name: second"))
        )
        #expect(head.method == .get && head.pathText == "/a" && head.text(head.query) == "b?c")
        #expect(head["x-name"] == "two words" && head["name"] == nil && head["x-nam"] == nil)
    }
}
