import Testing

@testable import LibWebSockets

@Suite struct ChunkDecoderTests {
    /// Decodes a text in pieces of `step` bytes, and returns the outcome, the decoded body and the number of read bytes.
    private func decode(_ text: String, limit: Int = 100, step: Int = .max) -> (ChunkDecoder.Outcome, String, Int) {
        var decoder = ChunkDecoder(limit: limit)
        let bytes = Array(text.utf8)
        var body: [UInt8] = []
        var read = 0
        var outcome = ChunkDecoder.Outcome.incomplete
        while read < bytes.count, outcome == .incomplete {
            let piece = Array(bytes[read..<min(bytes.count, read.addingReportingOverflow(step).partialValue)])
            var index = 0
            outcome = decoder.decode(piece, from: &index, into: &body)
            if case .incomplete = outcome { #expect(index == piece.count) }
            read += index
        }
        return (outcome, String(decoding: body, as: UTF8.self), read)
    }

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
        ("A\r\n0123456789\r\n00000000\r\n\r\n", "0123456789"), ("0000000a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("2;name=value\r\n\r\n\r\n0\r\n\r\n", "\r\n"), ("1;a;b=\"; \\\" 0\"\r\nx\r\n0;c\r\n\r\n", "x"),
        ("0\r\nX-Sum: 1 2\t3\r\nContent-Length: 9\r\n\r\n", ""), ("1\r\nx\r\n0\r\nA:\r\n\r\n", "x"),
    ])
    func wellFormedBodiesAreDecoded(_ text: String, _ body: String) {
        for step in [1, 2, 3, .max] {
            let (outcome, decoded, read) = decode(text + "GET /", step: step)
            #expect(outcome == .ended && decoded == body && read == text.utf8.count)
        }
    }

    @Test(arguments: [
        // Sizes.
        "\r\n", "x\r\n", "-1\r\n", "+1\r\nx\r\n", "0x1\r\nx\r\n", " 1\r\nx\r\n", "1 \r\nx\r\n", "\t1\r\nx\r\n",
        "1\t;a\r\n", "1 ;a\r\nx\r\n", "000000001\r\nx\r\n", "ffffffffffffffff1\r\n", "1,1\r\n", "1g\r\n", "1_0\r\n",
        "\u{ff11}\r\nx\r\n",
        // Line ends.
        "1\nx\r\n", "1\rx\r\n", "1\r\r\nx\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx0\r\n\r\n", "1\r\nx\r0\r\n", "1\r\nxy\r\n",
        "2\r\nx\r\n0\r\n\r\n", "0\r\n\n", "0\n\r\n", "0\r\n\rX", "0\r\n\r\r\n",
        // Extensions.
        "1;\r\nx\r\n", "1;a\nx\r\n", "1;a\rx\r\n", "1; a\r\nx\r\n", "1;;a\r\nx\r\n", "1;a=\u{7f}\r\n", "1;a\0\r\n",
        "1;a=\u{e9}\r\n", "1;a\tb\r\n", "1;=a\r\n",
        // Trailers.
        "0\r\nX\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\n X: y\r\n\r\n", "0\r\nX: y\n\r\n",
        "0\r\nX: a\0b\r\n\r\n",
        "0\r\nX: y\r\n z\r\n\r\n", "0\r\nX: y\rZ: q\r\n\r\n", "0\r\nGET / HTTP/1.1\r\n\r\n",
    ])
    func malformedBodiesAreRefused(_ text: String) {
        for step in [1, 2, .max] {
            guard case .refused(let refusal) = decode(text, step: step).0 else {
                Issue.record("\(text.debugDescription) was not refused")
                return
            }
            #expect(refusal.status == .badRequest)
        }
    }

    @Test(arguments: [(3, true), (4, true), (5, false), (0xFFFF_FFFF, false)])
    func decodedBytesAreLimited(_ size: Int, _ isRead: Bool) {
        let start = "1\r\nx\r\n\(String(size, radix: 16))\r\n"
        let (outcome, _, _) = decode(start, limit: 5)
        #expect(outcome == (isRead ? .incomplete : .refused(.bodyTooLarge(limit: 5))))
    }

    @Test func extensionsAndTrailersAreLimitedTogether() {
        let many = String(repeating: "1;\(String(repeating: "a", count: 1_023))\r\nx\r\n", count: 3)
        #expect(decode(many + "0\r\nX: " + String(repeating: "y", count: 800)).0 == .incomplete)
        guard case .refused(let refusal) = decode(many + "0\r\nX: " + String(repeating: "y", count: 1_100)).0 else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == .requestHeaderFieldsTooLarge)
    }

    @Test func everyPrefixIsIncomplete() {
        let bytes = Array("3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n".utf8)
        for count in 0..<bytes.count {
            #expect(decode(String(decoding: bytes[..<count], as: UTF8.self)).0 == .incomplete)
        }
    }
}
