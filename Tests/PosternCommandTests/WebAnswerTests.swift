import FoundationEssentials
import Testing

@testable import postern

@Suite struct WebAnswerTests {
    private static let url = WebURL(scheme: .https, host: "h", port: 443, path: "/rpc")

    @Test(arguments: [
        (
            WebAnswer(status: 502, reason: "Bad Gateway", contentType: "text/html; charset=utf-8", body: [60]),
            "https://h/rpc answered 502 Bad Gateway with text/html instead of JSON-RPC"
        ),
        (
            WebAnswer(status: 308, reason: "Permanent Redirect", location: "https://api.example/rpc"),
            "https://h/rpc answered 308 Permanent Redirect: the server is at https://api.example/rpc"
        ),
        (WebAnswer(status: 204, reason: "No Content"), "https://h/rpc answered 204 No Content instead of JSON-RPC"),
        (
            WebAnswer(status: 200, reason: "\u{1b}[2J", contentType: "a\u{9b}", body: [1]),
            "https://h/rpc answered 200 \\u{1b}[2J with a\\u{9b} instead of JSON-RPC"
        ),
        (
            WebAnswer(
                status: 421,
                reason: "Misdirected Request",
                body: Array(#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"no host"}}"#.utf8)
            ),
            "https://h/rpc answered 421 Misdirected Request: no host"
        ),
    ])
    func anUnexpectedAnswerIsOneSentence(answer: WebAnswer, sentence: String) {
        #expect(answer.fault(of: Self.url, insteadOf: "JSON-RPC") == sentence)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"result":1}"#, true), (#"{"id":1}"#, false), ("<html>", false), ("", false),
        ("[]", false),
    ])
    func aMessageIsJSONRPC(body: String, isMessage: Bool) {
        let answer = WebAnswer(status: 200, reason: "OK", body: Array(body.utf8))
        #expect((answer.message != nil) == isMessage)
    }

    @Test(arguments: [
        ("HTTP/", nil), ("H", nil), ("", nil),
        ("\u{15}\u{3}\u{1}", "speaks TLS"), ("\u{15}", "speaks TLS"), ("\u{16}\u{4}", "does not speak HTTP"),
        ("SSH-2", "does not speak HTTP"), ("\0\0\0", "does not speak HTTP"),
    ])
    func theFirstBytesNameTheProtocol(bytes: String, expected: String?) {
        let reason = ForeignAnswer.reason(for: Array(bytes.utf8))
        #expect((reason == nil) == (expected == nil))
        #expect(reason?.contains(expected ?? "") ?? true)
    }

    @Test(arguments: [
        ("X-A: b", "X-A", "b"), ("Authorization:Bearer  x:y", "Authorization", "Bearer  x:y"), ("Empty:", "Empty", ""),
    ])
    func aFieldIsParsed(text: String, name: String, value: String) throws {
        let field = try HeaderField(reading: text)
        #expect((field.name, field.value) == (name, value))
    }

    @Test(arguments: [
        "", "name", ": value", "a b: c", "a: b\r\nc: d", "a: \u{7f}", "Content-Length: 1", "connection: close",
        "Sec-WebSocket-Key: x", "Transfer-Encoding: chunked", "Upgrade: x",
    ])
    func otherFieldsAreRefused(text: String) { #expect(throws: (any Error).self) { try HeaderField(reading: text) } }
}

@Suite struct TLSFaultTests {
    private static let untrusted =
        "handshakeFailed(error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED)"
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(arguments: [
        (untrusted, nil, nil, "not signed by a trusted authority; --ca-file"),
        (untrusted, -9.0, -5.0, "expired on 2027-01-15"),
        (untrusted, 5.0, 9.0, "valid from 2027-01-15 on"),
        (untrusted, -5.0, 9.0, "not signed by a trusted authority"),
        ("OPENSSL_internal:WRONG_VERSION_NUMBER", nil, nil, "does not speak TLS"),
        ("OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION", nil, nil, "TLS failed: tlsv1 alert protocol version"),
        ("EOF during handshake", nil, nil, "closed the connection"),
    ])
    func aFailureIsAClause(description: String, start: Double?, end: Double?, expected: String) {
        let validity = start.flatMap { start in
            end.map { TLSFault.Validity(start: Self.now + start, end: Self.now + $0) }
        }
        #expect(TLSFault.reason(description, validity, Self.now).contains(expected))
    }
}
